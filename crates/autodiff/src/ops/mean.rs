//! Mean of all elements.

use crate::kernels::rows::total;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = sum(x) / n`, 1 x 1; `dx = dy / n` everywhere.
struct Mean;

impl<T: Scalar> Op<T> for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        match inputs {
            [x] if x.is_empty() => Err(format!("x is {x}: nothing has no mean")),
            _ => Ok(Shape::new(1, 1)),
        }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        y.fill(total(x[0], |x| x) / T::of(x[0].len() as f64));
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            let share = dy[(0, 0)] / T::of(x[0].len() as f64);
            slot.add_map(x[0], |_| share);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Mean of all elements, 1 x 1: of a column of per-user values, the mean over users.
    #[must_use]
    pub fn mean(self) -> Self {
        self.tape().apply(Mean, &[self])
    }
}
