//! Sum of all elements.

use crate::kernels::rows::total;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = sum(x)`, 1 x 1; `dx = dy` everywhere.
struct Sum;

impl<T: Scalar> Op<T> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn shape(&self, _inputs: &[Shape]) -> Result<Shape, String> {
        Ok(Shape::new(1, 1))
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        y.fill(total(x[0], |x| x));
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            let dy = dy[(0, 0)];
            slot.add_map(x[0], |_| dy);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Sum of all elements, 1 x 1.
    #[must_use]
    pub fn sum(self) -> Self {
        self.tape().apply(Sum, &[self])
    }
}
