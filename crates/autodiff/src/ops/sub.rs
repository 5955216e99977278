//! Difference of two matrices.

use super::broadcast;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = a - b`, elementwise; `da = dy`, `db = -dy`.
struct Sub;

impl<T: Scalar> Op<T> for Sub {
    fn name(&self) -> &'static str {
        "sub"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        broadcast::shape(inputs)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        broadcast::forward(y, x[0], x[1], |a, b| a - b);
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            broadcast::backward(slot, dy, x[0], x[1], |dy, _, _| dy);
        }
        if let Some(slot) = dx.want(1) {
            broadcast::backward(slot, dy, x[0], x[1], |dy, _, _| -dy);
        }
    }
}

impl<T: Scalar> std::ops::Sub for Var<'_, T> {
    type Output = Self;

    /// Elementwise difference; either is repeated where its side is 1 and the other's is not.
    fn sub(self, other: Self) -> Self {
        self.tape().apply(Sub, &[self, other])
    }
}
