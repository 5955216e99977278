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

    /// Elementwise difference; either is repeated where its side is 1 and the other's is not: with m x n, 1 x n, m x 1
    /// or 1 x 1 on either side, the result is m x n.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let (a, b) = (tape.input(array![[1.0, 2.0]]), tape.input(array![[3.0, 5.0]]));
    /// assert_eq!((a - b).value()?, &array![[-2.0, -3.0]]);
    /// assert_eq!((a - b).sum().backward([b])?.get(b), Some(&array![[-1.0, -1.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    fn sub(self, other: Self) -> Self {
        self.tape().apply(Sub, &[self, other])
    }
}
