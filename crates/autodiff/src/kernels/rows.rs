//! Loops over the rows of a batch and down its columns.

use super::slices;
use crate::{Mat, Scalar, Write};
use rayon::prelude::*;

/// Columns that one task sums.
const COLUMN_STRIP: usize = 1024;

/// Writes the sum of the rows of `x` into the 1 x n `sum`.
pub(crate) fn add_rows<T: Scalar>(x: &Mat<T>, write: Write, sum: &mut Mat<T>) {
    let columns = x.ncols();
    let (Some(x), Some(sum)) = (x.as_slice(), sum.as_slice_mut()) else { return };
    if columns == 0 {
        return;
    }
    sum.par_chunks_mut(COLUMN_STRIP).enumerate().for_each(|(strip, sum)| {
        if write == Write::Store {
            sum.fill(T::zero());
        }
        for row in x.chunks_exact(columns) {
            slices::map(sum, &row[strip * COLUMN_STRIP..], |sum, x| *sum += x);
        }
    });
}

/// Sum of `f(x)` over a row.
pub(crate) fn sum_map<T: Scalar>(row: &[T], f: impl Fn(T) -> T) -> T {
    slices::reduce(row, T::zero(), f, |a, b| a + b)
}

/// `log(sum(exp(x)))` of a row, without overflow.
pub(crate) fn log_sum_exp<T: Scalar>(row: &[T]) -> T {
    let max = slices::reduce(row, T::neg_infinity(), |x| x, |a, b| if b > a { b } else { a });
    if max.is_infinite() {
        return if row.iter().any(|x| x.is_nan()) { T::nan() } else { max };
    }
    max + sum_map(row, |x| (x - max).fast_exp()).ln_of()
}

/// Sum of `f(x)` over all elements: row by row, then over the rows.
pub(crate) fn total<T: Scalar>(x: &Mat<T>, f: impl Fn(T) -> T + Sync) -> T {
    let (columns, Some(x)) = (x.ncols().max(1), x.as_slice()) else { return T::zero() };
    if x.len() <= super::elementwise::CHUNK {
        return x.chunks(columns).map(|row| sum_map(row, &f)).sum();
    }
    let of_rows: Vec<T> = x.par_chunks(columns).map(|row| sum_map(row, &f)).collect();
    of_rows.into_iter().sum()
}

/// A row of a matrix in row order.
pub(crate) fn row<T>(x: &Mat<T>, row: usize) -> &[T] {
    x.row(row).to_slice().unwrap_or(&[])
}

/// `f(row, row of y, row of x)` for each row of both, in parallel.
pub(crate) fn each<T: Scalar>(y: &mut Mat<T>, x: &Mat<T>, f: impl Fn(usize, &mut [T], &[T]) + Sync) {
    let (y_columns, x_columns) = (y.ncols().max(1), x.ncols());
    let (Some(y), Some(x)) = (y.as_slice_mut(), x.as_slice()) else { return };
    let of_row = |row: usize| &x[row * x_columns..(row + 1) * x_columns];
    y.par_chunks_mut(y_columns).enumerate().for_each(|(row, y)| f(row, y, of_row(row)));
}

/// The same with two matrices to write to.
pub(crate) fn each_pair<T: Scalar>(
    y: &mut Mat<T>,
    z: &mut Mat<T>,
    x: &Mat<T>,
    f: impl Fn(usize, &mut [T], &mut [T], &[T]) + Sync,
) {
    let columns = [y.ncols(), z.ncols()].map(|columns| columns.max(1));
    let (Some(y), Some(z)) = (y.as_slice_mut(), z.as_slice_mut()) else { return };
    let both = y.par_chunks_mut(columns[0]).zip(z.par_chunks_mut(columns[1]));
    both.enumerate().for_each(|(of, (y, z))| f(of, y, z, row(x, of)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_of_a_sum_of_exponentials_does_not_overflow_and_keeps_what_is_no_number() {
        assert_eq!(log_sum_exp(&[1000.0_f32, 1000.0]), 1000.0 + 2.0_f32.ln());
        assert_eq!(log_sum_exp::<f32>(&[]), f32::NEG_INFINITY);
        assert!(log_sum_exp(&[1.0_f32, f32::NAN]).is_nan() && log_sum_exp(&[f32::NAN]).is_nan());
    }
}
