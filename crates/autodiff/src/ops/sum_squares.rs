//! Sum of squares: the L2 regulariser.

use crate::kernels::rows::total;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = sum(x^2)`, 1 x 1; `dx = 2 x dy`.
struct SumSquares;

impl<T: Scalar> Op<T> for SumSquares {
    fn name(&self) -> &'static str {
        "sum_squares"
    }

    fn shape(&self, _inputs: &[Shape]) -> Result<Shape, String> {
        Ok(Shape::new(1, 1))
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        y.fill(total(x[0], |x| x * x));
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            let dy = dy[(0, 0)];
            slot.add_map(x[0], |x| (x + x) * dy);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Sum of the squares of all elements, 1 x 1.
    #[must_use]
    pub fn sum_squares(self) -> Self {
        self.tape().apply(SumSquares, &[self])
    }
}
