//! Binary cross-entropy of logits.

use super::elementwise::{logistic, softplus};
use super::shape_of_constant;
use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = log(1 + exp(x)) - t x`, elementwise, for constant targets `t` from 0 to 1; `dx = dy (1 / (1 + exp(-x)) - t)`.
struct BceWithLogits<T> {
    target: Mat<T>,
}

impl<T: Scalar> Op<T> for BceWithLogits<T> {
    fn name(&self) -> &'static str {
        "bce_with_logits"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        shape_of_constant(inputs, "target", &self.target)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], &self.target, |y, x, t| *y = softplus(x) - t * x);
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.add_zip3(dy, x[0], &self.target, |dy, x, t| dy * (logistic(x) - t));
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Binary cross-entropy of these logits against the constant `target` of the same shape, element by element and
    /// without overflow. The shape stays.
    #[must_use]
    pub fn bce_with_logits(self, target: Mat<T>) -> Self {
        self.tape().apply(BceWithLogits { target }, &[self])
    }
}
