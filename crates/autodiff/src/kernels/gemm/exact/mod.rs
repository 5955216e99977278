//! Products with the processor's vectors, in the precision of their operands.

mod pack;
mod tile;
#[cfg(target_arch = "x86_64")]
mod turn;

use super::Start;
use super::kernel::Kernel;
use crate::Scalar;
use crate::kernels::vectors::arch;
use ndarray::{ArrayView2, ArrayViewMut2};
use pack::pack;
use tile::{Tiles, tile_shape};

/// Multiplies with the processor's vectors.
#[derive(Clone, Copy)]
pub(super) struct Exact;

impl<T: Scalar> Kernel<T> for Exact {
    type Packed = T;

    fn tile(self) -> (usize, usize) {
        tile_shape::<T>()
    }

    fn packed_len(self, lines: usize, depth: usize, tile: usize) -> usize {
        lines.next_multiple_of(tile) * depth
    }

    fn pack_left(self, a: ArrayView2<'_, T>, packed: &mut [T]) {
        pack(a.reversed_axes(), tile_shape::<T>().0, packed);
    }

    fn pack_right(self, b: ArrayView2<'_, T>, packed: &mut [T]) {
        pack(b, tile_shape::<T>().1, packed);
    }

    fn multiply(self, left: &[T], right: &[T], depth: usize, start: Start<'_, T>, c: ArrayViewMut2<'_, T>) {
        arch().dispatch(Tiles { left, right, depth, start, c });
    }
}
