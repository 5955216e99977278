//! Loops over the rows of a batch and down its columns.

use crate::{Mat, Scalar};
use ndarray::parallel::prelude::*;
use ndarray::{ArrayView1, Axis, s};

/// Columns that one task sums.
const COLUMN_STRIP: usize = 1024;
/// Elements that are summed one after the other before partial sums are added up: keeps rounding errors small.
const SUM_BLOCK: usize = 64;

/// `sum = beta * sum + (sum of the rows of x)`, for a 1 x n `sum`.
pub(crate) fn add_rows<T: Scalar>(x: &Mat<T>, beta: T, sum: &mut Mat<T>) {
    sum.axis_chunks_iter_mut(Axis(1), COLUMN_STRIP).into_par_iter().enumerate().for_each(|(strip, mut sum)| {
        let start = strip * COLUMN_STRIP;
        let end = start + sum.ncols();
        let mut sum = sum.row_mut(0);
        if beta == T::zero() {
            sum.fill(T::zero());
        }
        for row in x.slice(s![.., start..end]).rows() {
            sum += &row;
        }
    });
}

/// Sum of `f(x)` over a row.
pub(crate) fn sum_map<T: Scalar>(row: ArrayView1<'_, T>, f: impl Fn(T) -> T) -> T {
    row.axis_chunks_iter(Axis(0), SUM_BLOCK).map(|block| block.iter().map(|&x| f(x)).sum::<T>()).sum()
}

/// `log(sum(exp(x)))` of a row, without overflow.
pub(crate) fn log_sum_exp<T: Scalar>(row: ArrayView1<'_, T>) -> T {
    let max = row.iter().fold(T::neg_infinity(), |m, &x| m.max(x));
    if max.is_infinite() {
        return max;
    }
    max + sum_map(row, |x| (x - max).exp()).ln()
}

/// Sum of `f(x)` over all elements: row by row, then over the rows.
pub(crate) fn total<T: Scalar>(x: &Mat<T>, f: impl Fn(T) -> T + Sync) -> T {
    let of_rows: Vec<T> = x.axis_iter(Axis(0)).into_par_iter().map(|row| sum_map(row, &f)).collect();
    of_rows.into_iter().sum()
}
