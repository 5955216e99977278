//! Dropout with a given mask.

use super::shape_of_constant;
use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = x m / keep`, elementwise, for a constant mask `m` of zeros and ones; `dx = dy m / keep`.
struct Dropout<T> {
    mask: Mat<T>,
    keep: T,
}

impl<T: Scalar> Op<T> for Dropout<T> {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        shape_of_constant(inputs, "mask", &self.mask)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], &self.mask, |y, x, m| *y = x * m / self.keep);
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, &self.mask, |dy, m| dy * m / self.keep);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Drops the elements where the constant `mask` (of this shape) is 0 and divides those where it is 1 by `keep`, the
    /// probability that they are kept. The shape stays.
    #[must_use]
    pub fn dropout(self, mask: Mat<T>, keep: T) -> Self {
        self.tape().apply(Dropout { mask, keep }, &[self])
    }
}
