//! Rectified linear unit.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = max(x, 0)`, elementwise; `dx = dy` where `x > 0`, else 0.
struct Relu;

impl<T: Scalar> Op<T> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = x.max(T::zero()));
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, x[0], |dy, x| if x > T::zero() { dy } else { T::zero() });
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// The positive part of every element; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[-2.0, 0.0, 2.0]]);
    /// assert_eq!(x.relu().value()?, &array![[0.0, 0.0, 2.0]]);
    /// assert_eq!(x.relu().sum().backward([x])?.get(x), Some(&array![[0.0, 0.0, 1.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn relu(self) -> Self {
        self.tape().apply(Relu, &[self])
    }
}
