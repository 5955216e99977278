//! Products by the tile unit of newer Xeons (Intel, "Software Developer's Manual", volume 1, chapter 18; "AMX").
#![expect(unsafe_code, reason = "the tile unit has no stable intrinsics, and its use is asked for by a system call")]

use super::Parts;
use super::block::{BLOCK, Operands, SIDE};
use crate::kernels::gemm::Start;
use ndarray::{ArrayViewMut2, s};
use std::arch::asm;
use std::marker::PhantomData;
use std::sync::OnceLock;

/// Rows and columns that are computed together: two tiles each way. Four of the eight tile registers hold sums.
const TILE: usize = 2 * SIDE;
/// Bytes of a row of a tile.
const TILE_ROW: usize = SIDE * size_of::<u32>();
/// Bytes of a block.
const BLOCK_BYTES: usize = BLOCK * size_of::<u32>();

/// Whether the processor has the unit and the system lets this process use it. It is asked once.
pub(super) fn is_there() -> bool {
    static IS_THERE: OnceLock<bool> = OnceLock::new();
    *IS_THERE.get_or_init(|| !cfg!(miri) && processor_has_it() && is_permitted())
}

fn processor_has_it() -> bool {
    let features = raw_cpuid::CpuId::new().get_extended_feature_info();
    features.is_some_and(|features| features.has_amx_tile() && features.has_amx_bf16())
}

/// Asks Linux to save the tile registers with this process's others (Linux, "Using XSTATE features in user space
/// applications").
#[cfg(all(target_os = "linux", not(miri)))]
fn is_permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_long = 18;
    // Safety: the call takes two numbers and changes nothing but what this process may use.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}

#[cfg(any(not(target_os = "linux"), miri))]
fn is_permitted() -> bool {
    false
}

/// The shapes of the tile registers: all of 16 rows of 64 bytes.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

static SHAPES: Shapes = {
    let (mut row_bytes, mut rows) = ([0; 16], [0; 16]);
    let mut register = 0;
    while register < 8 {
        row_bytes[register] = TILE_ROW as u16;
        rows[register] = SIDE as u8;
        register += 1;
    }
    Shapes { palette: 1, start_row: 0, reserved: [0; 14], row_bytes, rows }
};

/// The tile unit, set up on this thread. It is left as it was found, without a state to save.
struct Unit {
    /// It belongs to this thread.
    _of_thread: PhantomData<*const ()>,
}

impl Unit {
    fn set_up() -> Self {
        assert!(is_there(), "products by the tile unit where there is none, or the system does not permit it");
        // Safety: the unit is there and permitted; the configuration is 64 bytes of palette 1.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const SHAPES, options(nostack, readonly, preserves_flags)) };
        Self { _of_thread: PhantomData }
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        // Safety: the unit is there, or it could not have been set up.
        unsafe { asm!("tilerelease", options(nostack, nomem, preserves_flags)) };
    }
}

/// 32 rows of 32 numbers in memory: where they start, and how many bytes the rows are apart.
#[derive(Clone, Copy)]
struct Place<P> {
    first: P,
    row_bytes: usize,
}

/// What a tile is copied to where the result ends within it.
#[repr(align(64))]
struct Edge([[f32; TILE]; TILE]);

/// `c = start + left right`.
pub(super) fn multiply(operands: Operands<'_>, start: Start<'_, f32>, c: &mut ArrayViewMut2<'_, f32>) {
    static ZEROS: [f32; TILE] = [0.0; TILE];
    let unit = Unit::set_up();
    let (rows, cols) = c.dim();
    let two_panels = 2 * operands.panel().max(1);
    let mut edge = Edge([[0.0; TILE]; TILE]);
    for (right, j) in operands.right.chunks_exact(two_panels).zip((0..cols).step_by(TILE)) {
        let last_col = cols.min(j + TILE);
        let start = start.columns(j, last_col);
        for (left, i) in operands.left.chunks_exact(two_panels).zip((0..rows).step_by(TILE)) {
            let factors = Factors { left, right, blocks: operands.blocks, parts: operands.parts };
            let mut c = c.slice_mut(s![i..rows.min(i + TILE), j..last_col]);
            if c.dim() == (TILE, TILE) && c.strides()[1] == 1 {
                let to = Place { first: c.as_mut_ptr(), row_bytes: c.strides()[0].unsigned_abs() * size_of::<f32>() };
                let from = match start {
                    Start::Zero => Place { first: ZEROS.as_ptr(), row_bytes: 0 },
                    Start::Result => Place { first: to.first.cast_const(), row_bytes: to.row_bytes },
                    Start::Row(row) => Place { first: row.as_ptr(), row_bytes: 0 },
                };
                // Safety: `to` is 32 x 32 numbers of `c`; `from` is the same, or one row of 32 that is read again and again.
                unsafe { factors.add(&unit, from, to) };
            } else {
                edge.fill(start, &c);
                let to = Place { first: edge.0.as_flattened_mut().as_mut_ptr(), row_bytes: TILE * size_of::<f32>() };
                let from = Place { first: to.first.cast_const(), row_bytes: to.row_bytes };
                // Safety: both are the 32 x 32 numbers of `edge`.
                unsafe { factors.add(&unit, from, to) };
                for (mut c, edge) in c.rows_mut().into_iter().zip(&edge.0) {
                    c.iter_mut().zip(edge).for_each(|(c, &edge)| *c = edge);
                }
            }
        }
    }
}

impl Edge {
    /// What the product is added to, and anything beyond it.
    fn fill(&mut self, start: Start<'_, f32>, c: &ArrayViewMut2<'_, f32>) {
        for (edge, c) in self.0.iter_mut().zip(c.rows()) {
            match start {
                Start::Zero => edge.fill(0.0),
                Start::Result => edge.iter_mut().zip(c).for_each(|(edge, &c)| *edge = c),
                Start::Row(row) => edge[..row.len()].copy_from_slice(row),
            }
        }
    }
}

/// 32 packed rows and 32 packed columns.
struct Factors<'a> {
    left: &'a [u32],
    right: &'a [u32],
    blocks: usize,
    parts: Parts,
}

impl Factors<'_> {
    /// `to = from + left right`.
    ///
    /// # Safety
    /// At both places there are 32 x 32 numbers of which `from`'s can be read and `to`'s can be written.
    unsafe fn add(&self, _: &Unit, from: Place<*const f32>, to: Place<*mut f32>) {
        let panel = self.blocks * BLOCK * self.parts.count();
        assert!(self.left.len() == 2 * panel && self.right.len() == 2 * panel, "two panels of each operand");
        let [left, right] = [self.left, self.right].map(|side| [side[..panel].as_ptr(), side[panel..].as_ptr()]);
        let from_below = from.first.wrapping_byte_add(SIDE * from.row_bytes);
        let to_below = to.first.wrapping_byte_add(SIDE * to.row_bytes);
        macro_rules! run {
            ($($step:literal),+; $bytes:expr) => {
                // Safety: the unit is set up; the caller vouches for the places; of the operands, so many blocks are read as
                // `panel` says, which was compared with their length.
                unsafe {
                    asm!(
                        "tileloadd tmm0, [{from} + {from_row}*1]",
                        "tileloadd tmm1, [{from} + {from_row}*1 + 64]",
                        "tileloadd tmm2, [{from_below} + {from_row}*1]",
                        "tileloadd tmm3, [{from_below} + {from_row}*1 + 64]",
                        "test {blocks}, {blocks}",
                        "jz 3f",
                        "2:",
                        $($step,)+
                        "add {left}, {bytes}",
                        "add {left_below}, {bytes}",
                        "add {right}, {bytes}",
                        "add {right_beside}, {bytes}",
                        "dec {blocks}",
                        "jnz 2b",
                        "3:",
                        "tilestored [{to} + {to_row}*1], tmm0",
                        "tilestored [{to} + {to_row}*1 + 64], tmm1",
                        "tilestored [{to_below} + {to_row}*1], tmm2",
                        "tilestored [{to_below} + {to_row}*1 + 64], tmm3",
                        from = in(reg) from.first,
                        from_below = in(reg) from_below,
                        from_row = in(reg) from.row_bytes,
                        to = in(reg) to.first,
                        to_below = in(reg) to_below,
                        to_row = in(reg) to.row_bytes,
                        left = inout(reg) left[0] => _,
                        left_below = inout(reg) left[1] => _,
                        right = inout(reg) right[0] => _,
                        right_beside = inout(reg) right[1] => _,
                        blocks = inout(reg) self.blocks => _,
                        row = in(reg) TILE_ROW,
                        bytes = const $bytes,
                        out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                        out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                        options(nostack),
                    );
                }
            };
        }
        match self.parts {
            Parts::One => run!(
                "tileloadd tmm4, [{left} + {row}*1]",
                "tileloadd tmm6, [{right} + {row}*1]",
                "tileloadd tmm7, [{right_beside} + {row}*1]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm5, [{left_below} + {row}*1]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7";
                BLOCK_BYTES
            ),
            Parts::Two => run!(
                // The left's small parts times the right's large ones.
                "tileloadd tmm4, [{left} + {row}*1 + 1024]",
                "tileloadd tmm6, [{right} + {row}*1]",
                "tileloadd tmm7, [{right_beside} + {row}*1]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm5, [{left_below} + {row}*1 + 1024]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                // The large ones.
                "tileloadd tmm4, [{left} + {row}*1]",
                "tileloadd tmm5, [{left_below} + {row}*1]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                // The left's large ones times the right's small ones.
                "tileloadd tmm6, [{right} + {row}*1 + 1024]",
                "tileloadd tmm7, [{right_beside} + {row}*1 + 1024]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7";
                2 * BLOCK_BYTES
            ),
        }
    }
}

const _: () = assert!(BLOCK_BYTES == 1024 && TILE_ROW == 64, "the offsets in the instructions");
