//! What multiplies packed operands.

use super::Start;
use crate::Scalar;
use crate::kernels::scratch::Reused;
use ndarray::{ArrayView2, ArrayViewMut2};

/// A way to pack two operands and to multiply them.
pub(super) trait Kernel<T: Scalar>: Copy + Send + Sync {
    /// What packed operands consist of.
    type Packed: Reused + Copy + Default + Send + Sync;

    /// Rows and columns that are computed together.
    fn tile(self) -> (usize, usize);

    /// How long so many rows or columns of so many terms are when they are packed, for tiles of so many of them.
    fn packed_len(self, lines: usize, depth: usize, tile: usize) -> usize;

    /// Packs the left operand, rows x depth.
    fn pack_left(self, a: ArrayView2<'_, T>, packed: &mut [Self::Packed]);

    /// Packs the right operand, depth x columns.
    fn pack_right(self, b: ArrayView2<'_, T>, packed: &mut [Self::Packed]);

    /// `c = start + left right`, for packed operands of a common depth.
    fn multiply(
        self,
        left: &[Self::Packed],
        right: &[Self::Packed],
        depth: usize,
        start: Start<'_, T>,
        c: ArrayViewMut2<'_, T>,
    );
}
