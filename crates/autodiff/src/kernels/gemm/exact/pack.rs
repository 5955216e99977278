//! Operands in the order in which the tiles read them.

use crate::kernels::simd::Lanes;
use crate::kernels::vectors::arch;
use ndarray::{ArrayView1, ArrayView2, Axis};
use pulp::{Simd, WithSimd, as_arrays};

/// Terms that are turned at a time: one cache line of `f32`.
const BLOCK: usize = 16;

/// Writes `b` (depth x n) as panels of `width` columns, each depth x width in row order, the last filled up with zeros.
pub(super) fn pack<T: Lanes>(b: ArrayView2<'_, T>, width: usize, panels: &mut [T]) {
    arch().dispatch(Pack { b, width, panels });
}

struct Pack<'a, T> {
    b: ArrayView2<'a, T>,
    width: usize,
    panels: &'a mut [T],
}

impl<T: Lanes> WithSimd for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { b, width, panels } = self;
        // The widths of the tiles, so that the loops are unrolled; any other is right, too.
        match width {
            32 => pack_by::<T, 32, 4>(b, panels),
            16 => pack_by::<T, 16, 4>(b, panels),
            12 => pack_by::<T, 12, 4>(b, panels),
            8 => pack_by::<T, 8, 4>(b, panels),
            6 => pack_by::<T, 6, 2>(b, panels),
            4 => pack_by::<T, 4, 4>(b, panels),
            _ => pack_any(b, width, panels),
        }
    }
}

#[inline(always)]
fn pack_by<T: Lanes, const W: usize, const AT_ONCE: usize>(b: ArrayView2<'_, T>, panels: &mut [T]) {
    if b.rows().into_iter().all(|row| row.to_slice().is_some()) {
        pack_rows::<T, W>(b, panels);
    } else if b.columns().into_iter().all(|column| column.to_slice().is_some()) {
        let depth = b.nrows();
        for (columns, panel) in b.axis_chunks_iter(Axis(1), W).zip(panels.chunks_exact_mut(depth * W)) {
            pack_columns::<T, W, AT_ONCE>(columns, panel);
        }
    } else {
        pack_any(b, W, panels);
    }
}

/// From rows that lie in one piece.
#[inline(always)]
fn pack_rows<T: Lanes, const W: usize>(b: ArrayView2<'_, T>, panels: &mut [T]) {
    let depth = b.nrows();
    for (k, row) in b.rows().into_iter().enumerate() {
        let (full, rest) = as_arrays::<W, T>(slice(row));
        for (panel, part) in full.iter().enumerate() {
            panels[(panel * depth + k) * W..][..W].copy_from_slice(part);
        }
        if !rest.is_empty() {
            let last = &mut panels[(full.len() * depth + k) * W..][..W];
            last.fill(T::default());
            last[..rest.len()].copy_from_slice(rest);
        }
    }
}

/// One panel, from columns that lie in one piece: turned block by block, some columns at a time. It stays
/// out of the code for wide vectors, which the compiler would make slower.
#[inline(never)]
fn pack_columns<T: Lanes, const W: usize, const AT_ONCE: usize>(columns: ArrayView2<'_, T>, panel: &mut [T]) {
    let mut sources: [&[T]; W] = [&[]; W];
    for (source, column) in sources.iter_mut().zip(columns.axis_iter(Axis(1))) {
        *source = slice(column);
    }
    if columns.ncols() < W {
        return pack_any(columns, W, panel);
    }
    let depth = columns.nrows();
    let turned = turn(&sources, panel);
    let in_blocks = depth / BLOCK * BLOCK;
    for k in (turned..in_blocks).step_by(BLOCK) {
        let block = &mut panel[k * W..(k + BLOCK) * W];
        for j in (0..W).step_by(AT_ONCE) {
            let some: [&[T]; AT_ONCE] = std::array::from_fn(|c| &sources[j + c][k..k + BLOCK]);
            for i in 0..BLOCK {
                let row: [T; AT_ONCE] = std::array::from_fn(|c| some[c][i]);
                block[i * W + j..][..AT_ONCE].copy_from_slice(&row);
            }
        }
    }
    for k in in_blocks..depth {
        for (x, source) in panel[k * W..(k + 1) * W].iter_mut().zip(sources) {
            *x = source[k];
        }
    }
}

/// Turns columns of `f32` where there is a faster way than the loops, and says how many terms of each it has turned.
#[cfg(target_arch = "x86_64")]
fn turn<T: Lanes, const W: usize>(columns: &[&[T]; W], panel: &mut [T]) -> usize {
    super::turn::turn(&columns.map(T::f32s), T::f32s_mut(panel))
}

#[cfg(not(target_arch = "x86_64"))]
fn turn<T: Lanes, const W: usize>(_: &[&[T]; W], _: &mut [T]) -> usize {
    0
}

/// From any layout.
fn pack_any<T: Lanes>(b: ArrayView2<'_, T>, width: usize, panels: &mut [T]) {
    let depth = b.nrows();
    for (columns, panel) in b.axis_chunks_iter(Axis(1), width).zip(panels.chunks_exact_mut(depth * width)) {
        for (row, packed) in columns.rows().into_iter().zip(panel.chunks_exact_mut(width)) {
            packed.fill(T::default());
            packed.iter_mut().zip(row).for_each(|(packed, &x)| *packed = x);
        }
    }
}

#[inline(always)]
fn slice<'a, T>(x: ArrayView1<'a, T>) -> &'a [T] {
    x.to_slice().unwrap_or(&[])
}
