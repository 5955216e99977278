//! Operands in the order in which the tiles read them.

use ndarray::{ArrayView1, ArrayView2, Axis};
use pulp::{Arch, as_arrays};

/// Terms that are turned at a time: one cache line of `f32`.
const BLOCK: usize = 16;

/// Writes `b` (depth x n) as panels of `width` columns, each depth x width in row order, the last filled up with zeros.
pub(super) fn pack<T: Copy + Default>(b: ArrayView2<'_, T>, width: usize, panels: &mut [T]) {
    let arch = Arch::new();
    // The widths of the tiles, so that the loops are unrolled; any other is right, too.
    match width {
        32 => arch.dispatch(|| pack_by::<T, 32>(b, panels)),
        16 => arch.dispatch(|| pack_by::<T, 16>(b, panels)),
        12 => arch.dispatch(|| pack_by::<T, 12>(b, panels)),
        8 => arch.dispatch(|| pack_by::<T, 8>(b, panels)),
        6 => arch.dispatch(|| pack_by::<T, 6>(b, panels)),
        4 => arch.dispatch(|| pack_by::<T, 4>(b, panels)),
        _ => pack_any(b, width, panels),
    }
}

#[inline(always)]
fn pack_by<T: Copy + Default, const W: usize>(b: ArrayView2<'_, T>, panels: &mut [T]) {
    if b.rows().into_iter().all(|row| row.to_slice().is_some()) {
        pack_rows::<T, W>(b, panels);
    } else if b.columns().into_iter().all(|column| column.to_slice().is_some()) {
        let depth = b.nrows();
        for (columns, panel) in b.axis_chunks_iter(Axis(1), W).zip(panels.chunks_exact_mut(depth * W)) {
            pack_columns::<T, W>(columns, panel);
        }
    } else {
        pack_any(b, W, panels);
    }
}

/// From rows that lie in one piece.
#[inline(always)]
fn pack_rows<T: Copy + Default, const W: usize>(b: ArrayView2<'_, T>, panels: &mut [T]) {
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

/// One panel, from columns that lie in one piece: turned block by block, four columns at a time where that fits.
#[inline(always)]
fn pack_columns<T: Copy + Default, const W: usize>(columns: ArrayView2<'_, T>, panel: &mut [T]) {
    let mut sources: [&[T]; W] = [&[]; W];
    for (source, column) in sources.iter_mut().zip(columns.axis_iter(Axis(1))) {
        *source = slice(column);
    }
    if columns.ncols() < W || W % 4 != 0 {
        return pack_any(columns, W, panel);
    }
    let depth = columns.nrows();
    let in_blocks = depth / BLOCK * BLOCK;
    for k in (0..in_blocks).step_by(BLOCK) {
        let block = &mut panel[k * W..(k + BLOCK) * W];
        for j in (0..W).step_by(4) {
            let four: [&[T]; 4] = std::array::from_fn(|c| &sources[j + c][k..k + BLOCK]);
            for i in 0..BLOCK {
                let row: [T; 4] = std::array::from_fn(|c| four[c][i]);
                block[i * W + j..i * W + j + 4].copy_from_slice(&row);
            }
        }
    }
    for k in in_blocks..depth {
        for (x, source) in panel[k * W..(k + 1) * W].iter_mut().zip(sources) {
            *x = source[k];
        }
    }
}

/// From any layout.
fn pack_any<T: Copy + Default>(b: ArrayView2<'_, T>, width: usize, panels: &mut [T]) {
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
