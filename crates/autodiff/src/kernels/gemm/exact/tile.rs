//! The innermost loops: a tile of the result stays in registers while the sums run.

use crate::kernels::gemm::Start;
use crate::kernels::simd::Lanes;
use crate::kernels::vectors::arch;
use ndarray::ArrayViewMut2;
use pulp::{Simd, WithSimd, as_arrays};
use std::marker::PhantomData;

/// Rows of a tile and vectors across it when there are 32 registers: 24 hold sums, the others what is multiplied.
const OF_32: (usize, usize) = (12, 2);
/// The same when there are 16 registers, of which 12 hold sums.
const OF_16: (usize, usize) = (6, 2);
/// No tile is wider: two vectors of 16 numbers.
const WIDEST: usize = 32;

/// Rows and columns of a tile on this machine.
pub(super) fn tile_shape<T: Lanes>() -> (usize, usize) {
    struct TileShape<T>(PhantomData<T>);
    impl<T: Lanes> WithSimd for TileShape<T> {
        type Output = (usize, usize);

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> (usize, usize) {
            let (rows, across) = if S::REGISTER_COUNT >= 32 { OF_32 } else { OF_16 };
            (rows, across * T::lanes::<S>())
        }
    }
    arch().dispatch(TileShape::<T>(PhantomData))
}

/// `c = start + left right`, for packed operands of a common depth.
pub(super) struct Tiles<'a, 'c, T> {
    pub(super) left: &'a [T],
    pub(super) right: &'a [T],
    pub(super) depth: usize,
    pub(super) start: Start<'a, T>,
    pub(super) c: ArrayViewMut2<'c, T>,
}

impl<T: Lanes> WithSimd for Tiles<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 {
            self.run::<S, { OF_32.0 }, { OF_32.1 }>(simd);
        } else {
            self.run::<S, { OF_16.0 }, { OF_16.1 }>(simd);
        }
    }
}

impl<T: Lanes> Tiles<'_, '_, T> {
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize, const ACROSS: usize>(mut self, simd: S) {
        let width = ACROSS * T::lanes::<S>();
        let cols = self.c.ncols();
        for (left, i) in self.left.chunks_exact(ROWS * self.depth).zip((0..).step_by(ROWS)) {
            for (right, j) in self.right.chunks_exact(width * self.depth).zip((0..).step_by(width)) {
                let sums = sums::<T, S, ROWS, ACROSS>(simd, left, right);
                let end = (j + width).min(cols);
                for (r, sums) in sums.iter().enumerate() {
                    if i + r < self.c.nrows()
                        && let Some(row) = self.c.row_mut(i + r).as_slice_mut()
                    {
                        store(simd, sums, self.start.columns(j, end), &mut row[j..end]);
                    }
                }
            }
        }
    }
}

/// A tile of the product.
#[inline(always)]
fn sums<T: Lanes, S: Simd, const ROWS: usize, const ACROSS: usize>(
    simd: S,
    left: &[T],
    right: &[T],
) -> [[T::Vector<S>; ACROSS]; ROWS] {
    let mut sums = [[T::splat(simd, T::default()); ACROSS]; ROWS];
    let (left, _) = as_arrays::<ROWS, _>(left);
    let (right, _) = as_arrays::<ACROSS, _>(T::vectors::<S>(right));
    for (left, right) in left.iter().zip(right) {
        for (sums, &x) in sums.iter_mut().zip(left) {
            let x = T::splat(simd, x);
            for (sum, &y) in sums.iter_mut().zip(right) {
                *sum = T::mul_add(simd, x, y, *sum);
            }
        }
    }
    sums
}

/// One row of a tile, `c = start + sums`, where the tile may reach beyond the end of `c`.
#[inline(always)]
fn store<T: Lanes, S: Simd, const ACROSS: usize>(
    simd: S,
    sums: &[T::Vector<S>; ACROSS],
    start: Start<'_, T>,
    c: &mut [T],
) {
    if c.len() == ACROSS * T::lanes::<S>() {
        let c = T::vectors_mut::<S>(c).iter_mut().zip(sums);
        match start {
            Start::Zero => c.for_each(|(c, &sum)| *c = sum),
            Start::Result => c.for_each(|(c, &sum)| *c = T::plus(simd, *c, sum)),
            Start::Row(row) => {
                c.zip(T::vectors::<S>(row)).for_each(|((c, &sum), &start)| *c = T::plus(simd, start, sum));
            }
        }
        return;
    }
    let mut tile = [T::default(); WIDEST];
    T::vectors_mut::<S>(&mut tile).iter_mut().zip(sums).for_each(|(x, &sum)| *x = sum);
    for (lane, (c, x)) in c.iter_mut().zip(tile).enumerate() {
        *c = match start {
            Start::Zero => x,
            Start::Result => *c + x,
            Start::Row(row) => row[lane] + x,
        };
    }
}
