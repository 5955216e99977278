//! Products by the instruction of AVX-512 that adds two products of bf16 to an `f32`.
#![expect(
    unsafe_code,
    reason = "the instruction is reached through an intrinsic, whose vectors have no safe conversions"
)]

use super::block::{Block, Operands, SIDE};
use crate::kernels::gemm::Start;
use ndarray::{ArrayViewMut2, Axis, s};
use std::arch::x86_64::{__m512, __m512bh, _mm512_dpbf16_ps, _mm512_setzero_ps};
use std::mem::transmute;

/// Rows of a tile: with three vectors across, 24 registers hold sums.
const ROWS: usize = 8;

/// Whether the processor has the instruction.
pub(super) fn is_there() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16")
}

/// `c = start + left right`.
pub(super) fn multiply(operands: Operands<'_>, start: Start<'_, f32>, c: &mut ArrayViewMut2<'_, f32>) {
    assert!(is_there(), "products by AVX-512 BF16 on a processor without it");
    let panels: Vec<&[Block]> = operands.columns().collect();
    for (panels, j) in panels.chunks(3).zip((0..).step_by(3 * SIDE)) {
        let end = c.ncols().min(j + panels.len() * SIDE);
        let (start, c) = (start.columns(j, end), c.slice_mut(s![.., j..end]));
        match *panels {
            [one, two, three] => rows([one, two, three], operands, start, c),
            [one, two] => rows([one, two], operands, start, c),
            [one] => rows([one], operands, start, c),
            _ => {}
        }
    }
}

/// The columns of some panels.
fn rows<const ACROSS: usize>(
    right: [&[Block]; ACROSS],
    operands: Operands<'_>,
    start: Start<'_, f32>,
    mut c: ArrayViewMut2<'_, f32>,
) {
    let factors = operands.factors();
    let mut strips = c.axis_chunks_iter_mut(Axis(0), ROWS);
    for left in operands.rows() {
        for half in [0, 1] {
            let Some(mut c) = strips.next() else { return };
            // Safety: `multiply` has asked whether the instruction is there.
            let sums = unsafe { tile(&factors, left, half, right) };
            for (mut c, sums) in c.rows_mut().into_iter().zip(&sums) {
                if let Some(c) = c.as_slice_mut() {
                    store(sums.as_flattened(), start, c);
                }
            }
        }
    }
}

/// One half of 16 rows of the product with some panels.
#[target_feature(enable = "avx512f,avx512bf16")]
fn tile<const ACROSS: usize>(
    factors: &[[usize; 2]],
    left: &[Block],
    half: usize,
    right: [&[Block]; ACROSS],
) -> [[[f32; SIDE]; ACROSS]; ROWS] {
    let mut sums = [[_mm512_setzero_ps(); ACROSS]; ROWS];
    for &[row_block, column_block] in factors {
        let rows: &[[u32; SIDE]; ROWS] = &left[row_block].as_chunks().0[half];
        let right = right.map(|right| &right[column_block]);
        for pair in 0..SIDE {
            let across = right.map(|right| vector(right[pair]));
            for (row, sums) in rows.iter().zip(&mut sums) {
                let left = vector([row[pair]; SIDE]);
                for (sum, &right) in sums.iter_mut().zip(&across) {
                    *sum = _mm512_dpbf16_ps(*sum, left, right);
                }
            }
        }
    }
    sums.map(|row| row.map(numbers))
}

#[inline(always)]
fn vector(pairs: [u32; SIDE]) -> __m512bh {
    // Safety: both are 64 bytes of any value.
    unsafe { transmute::<[u32; SIDE], __m512bh>(pairs) }
}

#[inline(always)]
fn numbers(vector: __m512) -> [f32; SIDE] {
    // Safety: both are 64 bytes of any value.
    unsafe { transmute::<__m512, [f32; SIDE]>(vector) }
}

fn store(sums: &[f32], start: Start<'_, f32>, c: &mut [f32]) {
    match start {
        Start::Zero => c.copy_from_slice(&sums[..c.len()]),
        Start::Result => c.iter_mut().zip(sums).for_each(|(c, &sum)| *c += sum),
        Start::Row(row) => c.iter_mut().zip(row).zip(sums).for_each(|((c, &start), &sum)| *c = start + sum),
    }
}
