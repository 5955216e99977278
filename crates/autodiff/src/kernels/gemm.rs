//! Dense matrix products.

use crate::{Mat, Scalar};
use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{ArrayView2, Axis};

/// A product is cut into at most this many strips along its longer side ...
const STRIPS: usize = 8;
/// ... of at least this width, so that packing the operands does not dominate.
const MIN_WIDTH: usize = 256;

/// `c = a b + beta c`, for `beta` 0 (the contents of `c` are not read) or 1.
pub(crate) fn gemm<T: Scalar>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>, beta: T, c: &mut Mat<T>) {
    let along = if c.ncols() >= c.nrows() { Axis(1) } else { Axis(0) };
    let most = (c.len_of(along) / MIN_WIDTH).clamp(1, STRIPS);
    let strips = 1 << most.ilog2(); // a power of two, which few threads share evenly
    let width = c.len_of(along).div_ceil(strips).max(1);
    let strips = c.axis_chunks_iter_mut(along, width).into_par_iter();
    if along == Axis(1) {
        strips
            .zip(b.axis_chunks_iter(along, width).into_par_iter())
            .for_each(|(mut c, b)| general_mat_mul(T::one(), &a, &b, beta, &mut c));
    } else {
        strips
            .zip(a.axis_chunks_iter(along, width).into_par_iter())
            .for_each(|(mut c, a)| general_mat_mul(T::one(), &a, &b, beta, &mut c));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_join_into_the_whole_product_and_stale_contents_are_not_read() {
        for (m, k, n) in [(3, 5, 700), (700, 5, 3), (1, 1, 1), (4, 0, 300), (2, 3, 0)] {
            let a = Mat::from_shape_fn((m, k), |(i, j)| (i * 7 + j * 3) as f64 % 5.0 - 2.0);
            let b = Mat::from_shape_fn((k, n), |(i, j)| (i * 2 + j * 5) as f64 % 7.0 - 3.0);
            let mut c = Mat::from_elem((m, n), f64::NAN);
            gemm(a.view(), b.view(), 0.0, &mut c);
            assert_eq!(c, a.dot(&b));
            gemm(a.view(), b.view(), 1.0, &mut c);
            assert_eq!(c, a.dot(&b) * 2.0);
        }
    }
}
