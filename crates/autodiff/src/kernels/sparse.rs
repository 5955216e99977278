//! Products of a sparse batch with a dense matrix.

use crate::{Mat, Scalar, Sparse};
use ndarray::Axis;
use ndarray::parallel::prelude::*;

/// Rows of a gradient that one task writes.
const ROW_STRIP: usize = 256;

/// `y = x w + bias`, the 1 x n bias added to every row.
pub(crate) fn affine<T: Scalar>(x: &Sparse<T>, w: &Mat<T>, bias: &Mat<T>, y: &mut Mat<T>) {
    y.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(user, mut y)| {
        y.assign(&bias.row(0));
        for (item, &value) in x.outer_view(user).iter().flat_map(|row| row.iter()) {
            y.scaled_add(value, &w.row(item));
        }
    });
}

/// `dw = beta dw + x' dy`: each row of `dw` is an item's, summed over the batch's users in their order.
pub(crate) fn add_transposed<T: Scalar>(x: &Sparse<T>, dy: &Mat<T>, beta: T, dw: &mut Mat<T>) {
    let by_item = x.to_csc();
    dw.axis_chunks_iter_mut(Axis(0), ROW_STRIP).into_par_iter().enumerate().for_each(|(strip, mut dw)| {
        for (row, mut dw) in dw.rows_mut().into_iter().enumerate() {
            if beta == T::zero() {
                dw.fill(T::zero());
            }
            for (user, &value) in by_item.outer_view(strip * ROW_STRIP + row).iter().flat_map(|item| item.iter()) {
                dw.scaled_add(value, &dy.row(user));
            }
        }
    });
}
