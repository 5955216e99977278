//! In-place inversion of a symmetric positive definite matrix.

use faer::linalg::solvers::{DenseSolveCore, Llt};
use faer::traits::RealField;
use faer::{MatRef, Side};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use ract_autodiff::{Scalar, add_product};
use rayon::prelude::*;
use std::ops::Range;

/// How many rows and columns are swept at a time. Wide blocks, so that memory bandwidth is not the limit; but narrow
/// enough that two copies of a block's columns are small compared to the matrix.
pub(super) const BLOCK: usize = 256;

/// The matrix is not positive definite in this precision, so the sweep cannot invert it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NotPositiveDefinite;

/// Replaces the symmetric `matrix` (n x n, row-major) by *minus* its inverse. Reads and writes only the lower triangle;
/// afterwards, the numbers above it have no meaning.
///
/// This is the sweep (Gauss-Jordan elimination that keeps the symmetry), `block` columns at a time. K is the pivot: the
/// rows and columns of one block. I and J are all other rows and columns:
///
/// ```text
/// A_IJ -= A_IK A_KK^-1 A_KJ,   A_IK = A_IK A_KK^-1,   A_KK = -A_KK^-1
/// ```
///
/// Every pivot is a Schur complement of the matrix, so it is positive definite as the matrix is, and no pivoting is
/// needed. Each product always adds in the same order, so the result is the same, bit for bit, for any number of
/// threads. Takes about n^3 operations, and memory for two copies of a block's columns beside the matrix.
pub(super) fn sweep<T: Scalar + RealField>(
    matrix: &mut [T],
    n: usize,
    block: usize,
) -> Result<(), NotPositiveDefinite> {
    let (mut columns, mut swept) = (vec![T::zero(); n * block], vec![T::zero(); n * block]);
    for start in (0..n).step_by(block) {
        let pivot = start..n.min(start + block);
        let width = pivot.len();
        let (columns, swept) = (&mut columns[..n * width], &mut swept[..n * width]);
        copy_columns(matrix, n, &pivot, columns);
        let all = ArrayView2::from_shape((n, width), &*columns).expect("n rows of the block's columns");

        let square = MatRef::from_row_major_slice(&columns[start * width..pivot.end * width], width, width);
        let inverse = Llt::new(square, Side::Lower).map_err(|_| NotPositiveDefinite)?.inverse();
        let inverse = Array2::from_shape_fn((width, width), |at| inverse[at]);

        // Each band of rows is one task. It also writes to the pivot's own rows and columns; those get their final
        // values below.
        let bands = matrix.par_chunks_mut(n * block).zip(swept.par_chunks_mut(width * block)).enumerate();
        bands.with_max_len(1).for_each(|(index, (band, swept))| {
            let (first, rows) = (index * block, band.len() / n);
            let mut own = ArrayViewMut2::from_shape((rows, width), &mut *swept).expect("rows of the band");
            own.fill(T::zero());
            add_product(all.slice(s![first..first + rows, ..]), inverse.view(), own).expect("rows of the band");

            let minus = ArrayView2::from_shape((rows, width), &*swept).expect("rows of the band").mapv(|x| -x);
            let mut triangle = ArrayViewMut2::from_shape((rows, n), &mut *band).expect("rows of the band");
            let triangle = triangle.slice_mut(s![.., ..first + rows]);
            add_product(minus.view(), all.slice(s![..first + rows, ..]).t(), triangle).expect("columns up to the band");

            if first > start {
                for (row, swept) in band.chunks_mut(n).zip(swept.chunks(width)) {
                    row[pivot.clone()].copy_from_slice(swept);
                }
            }
        });

        let swept = &*swept;
        matrix[start * n..pivot.end * n].par_chunks_mut(n).enumerate().for_each(|(k, row)| {
            for (value, swept) in row[..start].iter_mut().zip(swept.chunks(width)) {
                *value = swept[k];
            }
            for (j, value) in row[pivot.clone()].iter_mut().enumerate() {
                *value = -inverse[(k, j)];
            }
        });
    }
    Ok(())
}

/// Copies the columns `pivot` of a symmetric matrix to `columns` (n x pivot, row-major). Only the lower triangle of the
/// matrix is read.
fn copy_columns<T: Scalar>(matrix: &[T], n: usize, pivot: &Range<usize>, columns: &mut [T]) {
    columns.par_chunks_mut(pivot.len()).enumerate().for_each(|(i, row)| {
        let below = (i + 1).clamp(pivot.start, pivot.end);
        let (left, right) = row.split_at_mut(below - pivot.start);
        left.copy_from_slice(&matrix[i * n..][pivot.start..below]);
        for (value, j) in right.iter_mut().zip(below..) {
            *value = matrix[j * n + i];
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::Mat;
    use rand::rngs::SmallRng;
    use rand::{Rng, SeedableRng};

    fn positive_definite(n: usize) -> Mat<f64> {
        let rng = &mut SmallRng::seed_from_u64(7);
        let half = Mat::from_fn(n, n + 3, |_, _| rng.random_range(-1.0..1.0));
        &half * half.transpose() + Mat::<f64>::identity(n, n)
    }

    fn lower<T: Scalar>(matrix: &Mat<f64>) -> Vec<T> {
        let n = matrix.nrows();
        let mut rows = vec![T::nan(); n * n];
        for i in 0..n {
            for j in 0..=i {
                rows[i * n + j] = T::of(matrix[(i, j)]);
            }
        }
        rows
    }

    #[test]
    fn the_inverse_equals_the_dense_inverse_for_every_size() {
        let block = 8;
        for n in [1, 7, 8, 9, 15, 16, 17, 40, 61] {
            let matrix = positive_definite(n);
            let expected = matrix.llt(Side::Lower).unwrap().inverse();
            let (mut double, mut single) = (lower::<f64>(&matrix), lower::<f32>(&matrix));
            sweep(&mut double, n, block).unwrap();
            sweep(&mut single, n, block).unwrap();
            for i in 0..n {
                for j in 0..=i {
                    assert!((double[i * n + j] + expected[(i, j)]).abs() < 1e-11, "{n}: ({i}, {j})");
                    assert!((f64::from(single[i * n + j]) + expected[(i, j)]).abs() < 1e-4, "{n}: ({i}, {j})");
                }
            }
        }
    }

    #[test]
    fn the_result_is_the_same_bit_for_bit_for_any_number_of_threads() {
        let matrix = lower::<f32>(&positive_definite(150));
        let swept = |threads| {
            let mut matrix = matrix.clone();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| sweep(&mut matrix, 150, 32)).unwrap();
            lower_bits(&matrix, 150)
        };
        assert_eq!(swept(1), swept(3));
    }

    fn lower_bits(matrix: &[f32], n: usize) -> Vec<u32> {
        (0..n).flat_map(|i| matrix[i * n..][..=i].iter().map(|value| value.to_bits())).collect()
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_refused() {
        let mut matrix = positive_definite(20);
        matrix[(13, 13)] = -1.0;
        assert_eq!(sweep(&mut lower::<f64>(&matrix), 20, 8), Err(NotPositiveDefinite));
    }
}
