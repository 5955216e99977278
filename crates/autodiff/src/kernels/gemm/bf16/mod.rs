//! Products of `f32` whose operands are rounded to bf16 (8 bits of a number's mantissa instead of 24) or split into two
//! such numbers, with sums in `f32`. The processor's units for bf16 do several times as many of them as of `f32`.

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod block;
mod pack;
mod portable;
mod rates;
mod unit;

use super::Start;
use super::kernel::Kernel;
use block::SIDE;
use ndarray::{ArrayView2, ArrayViewMut2};
pub(crate) use rates::gain;
pub use unit::Unit;

/// Multiplies in bf16.
#[derive(Clone, Copy)]
pub(super) struct Bf16 {
    pub(super) unit: Unit,
    /// How many numbers of bf16 an operand is split into: one, or two, of which three products are added: all but the
    /// product of the two small ones.
    pub(super) parts: Parts,
}

/// How many numbers of bf16 stand for one of `f32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    One,
    Two,
}

impl Parts {
    fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl Bf16 {
    /// Rows or columns are filled up with zeros to a multiple of this.
    fn lines(self) -> usize {
        match self.unit {
            Unit::Amx => 2 * SIDE,
            Unit::Avx512 | Unit::Portable => SIDE,
        }
    }

    fn packed(self, lines: usize, depth: usize) -> usize {
        lines.next_multiple_of(self.lines()) * block::pairs(depth) * self.parts.count()
    }
}

impl Kernel<f32> for Bf16 {
    type Packed = u32;

    fn tile(self) -> (usize, usize) {
        match self.unit {
            Unit::Amx => (2 * SIDE, 2 * SIDE),
            Unit::Avx512 | Unit::Portable => (SIDE, 3 * SIDE),
        }
    }

    fn packed_len(self, lines: usize, depth: usize, _tile: usize) -> usize {
        self.packed(lines, depth)
    }

    fn pack_left(self, a: ArrayView2<'_, f32>, packed: &mut [u32]) {
        pack::left(a, self.parts, packed);
    }

    fn pack_right(self, b: ArrayView2<'_, f32>, packed: &mut [u32]) {
        pack::right(b, self.parts, packed);
    }

    fn multiply(self, left: &[u32], right: &[u32], depth: usize, start: Start<'_, f32>, mut c: ArrayViewMut2<'_, f32>) {
        let operands = block::Operands { left, right, blocks: block::blocks(depth), parts: self.parts };
        match self.unit {
            #[cfg(target_arch = "x86_64")]
            Unit::Amx => amx::multiply(operands, start, &mut c),
            #[cfg(target_arch = "x86_64")]
            Unit::Avx512 => avx512::multiply(operands, start, &mut c),
            #[cfg(not(target_arch = "x86_64"))]
            Unit::Amx | Unit::Avx512 => portable::multiply(operands, start, &mut c),
            Unit::Portable => portable::multiply(operands, start, &mut c),
        }
    }
}

#[cfg(test)]
mod tests;
