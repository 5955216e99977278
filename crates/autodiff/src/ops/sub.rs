//! Difference of two matrices.

use super::same_shape;
use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = a - b`, elementwise; `da = dy`, `db = -dy`.
struct Sub;

impl<T: Scalar> Op<T> for Sub {
    fn name(&self) -> &'static str {
        "sub"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        same_shape(inputs)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], x[1], |y, a, b| *y = a - b);
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_map(dy, |dy| dy);
        }
        if let Some(slot) = dx.want(1) {
            slot.add_map(dy, |dy| -dy);
        }
    }
}

impl<T: Scalar> std::ops::Sub for Var<'_, T> {
    type Output = Self;

    /// Elementwise difference of two nodes of one shape.
    fn sub(self, other: Self) -> Self {
        self.tape().apply(Sub, &[self, other])
    }
}
