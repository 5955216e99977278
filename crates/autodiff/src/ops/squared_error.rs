//! Squared error against a constant.

use super::shape_of_constant;
use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = (x - target)^2`, elementwise, for a constant target; `dx = 2 dy (x - target)`.
struct SquaredError<T> {
    target: Mat<T>,
}

impl<T: Scalar> Op<T> for SquaredError<T> {
    fn name(&self) -> &'static str {
        "squared_error"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        shape_of_constant(inputs, "target", &self.target)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], &self.target, |y, x, target| *y = (x - target) * (x - target));
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.add_zip3(dy, x[0], &self.target, |dy, x, target| T::of(2.0) * dy * (x - target));
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Squared difference of every element from that of the constant `target`, which has the same shape. The shape
    /// stays.
    #[must_use]
    pub fn squared_error(self, target: Mat<T>) -> Self {
        self.tape().apply(SquaredError { target }, &[self])
    }
}
