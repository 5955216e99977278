//! Elementwise quotient.

use super::broadcast;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = a / b`, elementwise; `da = dy / b`, `db = -dy a / b^2`.
struct Div;

impl<T: Scalar> Op<T> for Div {
    fn name(&self) -> &'static str {
        "div"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        broadcast::shape(inputs)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        broadcast::forward(y, x[0], x[1], |a, b| a / b);
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            broadcast::backward(slot, dy, x[0], x[1], |dy, _, b| dy / b);
        }
        if let Some(slot) = dx.want(1) {
            broadcast::backward(slot, dy, x[0], x[1], |dy, a, b| -dy * a / (b * b));
        }
    }
}

impl<T: Scalar> std::ops::Div for Var<'_, T> {
    type Output = Self;

    /// Elementwise quotient; either is repeated where its side is 1 and the other's is not: with m x n, 1 x n, m x 1
    /// or 1 x 1 on either side, the result is m x n.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let (a, b) = (tape.input(array![[1.0, 3.0]]), tape.input(array![[2.0, 4.0]]));
    /// assert_eq!((a / b).value()?, &array![[0.5, 0.75]]);
    /// assert_eq!((a / b).sum().backward([b])?.get(b), Some(&array![[-1.0 / 4.0, -3.0 / 16.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    fn div(self, other: Self) -> Self {
        self.tape().apply(Div, &[self, other])
    }
}
