//! Sums and means along rows or down columns.

use crate::kernels::rows::{self, add_rows, sum_map};
use crate::{Mat, Op, Scalar, Shape, Slots, Var, Write};
use ndarray::{Axis, Zip};

/// Down the columns (axis 0): `y_j = sum_i x_ij`, 1 x n; along the rows (axis 1): `y_i = sum_j x_ij`, m x 1.
/// `dx_ij = dy_j` or `dy_i`.
struct SumAxis(Axis);

impl<T: Scalar> Op<T> for SumAxis {
    fn name(&self) -> &'static str {
        "sum_axis"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        match self.0 {
            Axis(0) => Ok(Shape::new(1, inputs[0].cols)),
            Axis(1) => Ok(Shape::new(inputs[0].rows, 1)),
            Axis(other) => Err(format!("x is {}: it has no axis {other}", inputs[0])),
        }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        match self.0 {
            Axis(0) => add_rows(x[0], Write::Store, y),
            _ => rows::each(y, x[0], |_, y, x| y[0] = sum_map(x, |x| x)),
        }
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|dx, write| Zip::from(dx).and_broadcast(dy).for_each(|dx, &dy| write.put(dx, dy)));
    }
}

impl<T: Scalar> Var<'_, T> {
    /// The sum down each column (`Axis(0)`: m x n to 1 x n) or along each row (`Axis(1)`: m x n to m x 1).
    #[must_use]
    pub fn sum_axis(self, axis: Axis) -> Self {
        self.tape().apply(SumAxis(axis), &[self])
    }

    /// The mean down each column or along each row; shapes as in [`sum_axis`](Self::sum_axis).
    #[must_use]
    pub fn mean_axis(self, axis: Axis) -> Self {
        let Shape { rows, cols } = self.shape();
        let n = if axis == Axis(0) { rows } else { cols };
        self.sum_axis(axis).scale(T::one() / T::of(n as f64))
    }
}
