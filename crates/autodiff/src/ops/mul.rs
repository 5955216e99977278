//! Elementwise product.

use super::same_shape;
use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = a b`, elementwise; `da = dy b`, `db = dy a`.
struct Mul;

impl<T: Scalar> Op<T> for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        same_shape(inputs)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], x[1], |y, a, b| *y = a * b);
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, x[1], |dy, b| dy * b);
        }
        if let Some(slot) = dx.want(1) {
            slot.add_zip(dy, x[0], |dy, a| dy * a);
        }
    }
}

impl<T: Scalar> std::ops::Mul for Var<'_, T> {
    type Output = Self;

    /// Elementwise product of two nodes of one shape.
    fn mul(self, other: Self) -> Self {
        self.tape().apply(Mul, &[self, other])
    }
}
