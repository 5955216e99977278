//! How a product is cut into pieces: for the threads, and so that what is packed stays in cache (Goto and van de Geijn,
//! "Anatomy of High-Performance Matrix Multiplication", 2008).

use super::Start;
use super::kernel::Kernel;
use crate::kernels::scratch::{Role, Scratch};
use crate::{Mat, Scalar};
use ndarray::parallel::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, Zip, s};
use rayon::slice::ParallelSliceMut;

/// Terms of a sum that are computed in registers before they are added to the result.
const DEPTH: usize = 640;
/// Columns that are packed at a time: with `DEPTH` terms of `f32`, half of a core's level-2 cache.
const WIDTH: usize = 192;
/// Strips that a wide product is cut into.
const WIDE_STRIPS: usize = 8;
/// Strips and parts of any other.
const STRIPS: usize = 4;
/// From this depth on, the sums are cut rather than the result, if the parts take less memory than the operands.
const DEEP: usize = 4096;
/// The parts of a deep product have a multiple of so many terms.
const DEPTH_STEP: usize = 16;
/// A product that is no larger than this (in multiplications) is done before other threads have woken up.
const SMALL: usize = 1 << 16;

/// `c = start + a b`.
pub(super) fn cut<T: Scalar, K: Kernel<T>>(
    kernel: K,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    c: &mut Mat<T>,
) {
    let (rows, cols) = c.dim();
    let depth = a.ncols();
    let work = rows * cols * depth;
    if work <= SMALL {
        product(kernel, a, b, start, c.view_mut());
    } else if depth >= DEEP && depth >= STRIPS * rows.max(cols) {
        deep(kernel, a, b, start, c);
    } else if cols >= rows {
        wide(kernel, a, b, start, c);
    } else {
        let height = rows.div_ceil(STRIPS).next_multiple_of(kernel.tile().0);
        let strips = c.axis_chunks_iter_mut(Axis(0), height).into_par_iter();
        let strips = strips.zip(a.axis_chunks_iter(Axis(0), height).into_par_iter());
        strips.with_max_len(1).for_each(|(c, a)| product(kernel, a, b, start, c));
    }
}

/// A product that is cut into strips of columns. What they share is packed once for all.
fn wide<T: Scalar, K: Kernel<T>>(
    kernel: K,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    c: &mut Mat<T>,
) {
    let strips = if c.ncols() >= 4 * c.nrows() { WIDE_STRIPS } else { STRIPS };
    let width = c.ncols().div_ceil(strips).next_multiple_of(kernel.tile().1);
    let mut scratch = Scratch::take(Role::Left);
    for (from, to) in blocks(a.ncols(), DEPTH) {
        let start = if from == 0 { start } else { Start::Result };
        let left = packed_left(kernel, a.slice(s![.., from..to]), &mut scratch);
        let b = b.slice(s![from..to, ..]);
        let strips = c.axis_chunks_iter_mut(Axis(1), width).into_par_iter();
        let strips = strips.zip(b.axis_chunks_iter(Axis(1), width).into_par_iter()).enumerate();
        strips.with_max_len(1).for_each(|(strip, (c, b))| {
            let first = strip * width;
            block(kernel, left, b, start.columns(first, first + c.ncols()), c);
        });
    }
}

/// A product whose sums are cut into parts, which are added up in their order.
fn deep<T: Scalar, K: Kernel<T>>(
    kernel: K,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    c: &mut Mat<T>,
) {
    let (rows, cols) = c.dim();
    let depth = a.ncols().div_ceil(STRIPS).next_multiple_of(DEPTH_STEP);
    let mut scratch = Scratch::take(Role::Parts);
    let parts = scratch.numbers(STRIPS * rows * cols);
    let operands =
        a.axis_chunks_iter(Axis(1), depth).into_par_iter().zip(b.axis_chunks_iter(Axis(0), depth).into_par_iter());
    parts.par_chunks_mut(rows * cols).zip(operands).with_max_len(1).for_each(|(part, (a, b))| {
        if let Ok(part) = ArrayViewMut2::from_shape((rows, cols), part) {
            product(kernel, a, b, Start::Zero, part);
        }
    });
    let rows_of = |part: usize, row: usize| &parts[(part * rows + row) * cols..][..cols];
    let parts = a.ncols().div_ceil(depth);
    c.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(row, mut c)| {
        match start {
            Start::Zero => c.fill(T::zero()),
            Start::Result => {}
            Start::Row(start) => c.iter_mut().zip(start).for_each(|(c, &start)| *c = start),
        }
        for part in 0..parts {
            c.iter_mut().zip(rows_of(part, row)).for_each(|(c, &x)| *c += x);
        }
    });
}

/// A product, or a strip of one, on this thread.
pub(super) fn product<T: Scalar, K: Kernel<T>>(
    kernel: K,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    mut c: ArrayViewMut2<'_, T>,
) {
    if a.ncols() == 0 {
        match start {
            Start::Zero => c.fill(T::zero()),
            Start::Result => {}
            Start::Row(row) => Zip::from(c.columns_mut()).and(row).for_each(|mut c, &start| c.fill(start)),
        }
    }
    let mut scratch = Scratch::take(Role::Left);
    for (from, to) in blocks(a.ncols(), DEPTH) {
        let start = if from == 0 { start } else { Start::Result };
        let left = packed_left(kernel, a.slice(s![.., from..to]), &mut scratch);
        block(kernel, left, b.slice(s![from..to, ..]), start, c.view_mut());
    }
}

/// `c = start + a b` for a packed `a`.
fn block<T: Scalar, K: Kernel<T>>(
    kernel: K,
    left: &[K::Packed],
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    mut c: ArrayViewMut2<'_, T>,
) {
    let (depth, cols) = b.dim();
    let mut scratch = Scratch::take(Role::Right);
    for (first, last) in blocks(cols, WIDTH) {
        let right = scratch.numbers(kernel.packed_len(last - first, depth, kernel.tile().1));
        kernel.pack_right(b.slice(s![.., first..last]), right);
        let c = c.slice_mut(s![.., first..last]);
        kernel.multiply(left, right, depth, start.columns(first, last), c);
    }
}

fn packed_left<'a, T: Scalar, K: Kernel<T>>(
    kernel: K,
    a: ArrayView2<'_, T>,
    scratch: &'a mut Scratch<K::Packed>,
) -> &'a [K::Packed] {
    let left = scratch.numbers(kernel.packed_len(a.nrows(), a.ncols(), kernel.tile().0));
    kernel.pack_left(a, left);
    left
}

/// `0..len` in pieces of at most `most`.
fn blocks(len: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..len).step_by(most).map(move |from| (from, (from + most).min(len)))
}
