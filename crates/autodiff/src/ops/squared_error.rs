//! Squared error against a constant.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = (x - target)^2`, elementwise, for a constant target; `dx = 2 dy (x - target)`.
struct SquaredError<T> {
    target: Mat<T>,
}

impl<T: Scalar> Op<T> for SquaredError<T> {
    fn name(&self) -> &'static str {
        "squared_error"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (x, target) = (inputs[0], Shape::of(&self.target));
        if x == target { Ok(x) } else { Err(format!("x is {x}, the target {target}")) }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], &self.target, |y, x, target| *y = (x - target) * (x - target));
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|d, beta| {
            elementwise::zip3(d, dy, x[0], &self.target, |d, dy, x, target| {
                let new = T::of(2.0) * dy * (x - target);
                *d = if beta == T::zero() { new } else { *d + new };
            });
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Squared difference of every element from that of the constant `target`, which has the same shape. The shape
    /// stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[3.0, 5.0]]);
    /// let y = x.squared_error(array![[1.0, 8.0]]);
    /// assert_eq!(y.value()?, &array![[4.0, 9.0]]);
    /// assert_eq!(y.sum().backward([x])?.get(x), Some(&array![[4.0, -6.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn squared_error(self, target: Mat<T>) -> Self {
        self.tape().apply(SquaredError { target }, &[self])
    }
}
