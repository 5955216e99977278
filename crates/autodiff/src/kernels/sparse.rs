//! Products of a sparse batch with a dense matrix.

use super::{rows, slices};
use crate::{Mat, Scalar, Sparse};
use rayon::prelude::*;

/// Rows of a gradient that one task writes.
const ROW_STRIP: usize = 64;

/// `y = x w + bias`, the 1 x n bias added to every row.
pub(crate) fn affine<T: Scalar>(x: &Sparse<T>, w: &Mat<T>, bias: &Mat<T>, y: &mut Mat<T>) {
    let columns = y.ncols().max(1);
    let Some(y) = y.as_slice_mut() else { return };
    y.par_chunks_mut(columns).enumerate().for_each(|(user, y)| {
        y.copy_from_slice(rows::row(bias, 0));
        for (item, &value) in x.outer_view(user).iter().flat_map(|row| row.iter()) {
            slices::map(y, rows::row(w, item), |y, w| *y += value * w);
        }
    });
}

/// The numbers of the rows of `x' dy` that are not empty, and `x` by columns, which says what they are summed over.
pub(crate) struct Transposed<T> {
    by_item: Sparse<T>,
    /// The items that some user of the batch has.
    pub(crate) items: Vec<u32>,
}

impl<T: Scalar> Transposed<T> {
    pub(crate) fn of(x: &Sparse<T>) -> Self {
        let by_item = x.to_csc();
        let items =
            (0..by_item.cols() as u32).filter(|&item| !by_item.indptr().outer_inds_sz(item as usize).is_empty());
        Self { items: items.collect(), by_item }
    }

    /// Writes the rows of `x' dy` that are not empty, one after the other, each summed over the batch's users in their
    /// order.
    pub(crate) fn product(&self, dy: &Mat<T>, product: &mut [T]) {
        let columns = dy.ncols().max(1);
        let strips = product.par_chunks_mut(ROW_STRIP * columns).zip(self.items.par_chunks(ROW_STRIP));
        strips.for_each(|(product, items)| {
            for (row, &item) in product.chunks_exact_mut(columns).zip(items) {
                row.fill(T::zero());
                for (user, &value) in self.by_item.outer_view(item as usize).iter().flat_map(|item| item.iter()) {
                    slices::map(row, rows::row(dy, user), |row, dy| *row += value * dy);
                }
            }
        });
    }
}
