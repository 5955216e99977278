//! Logistic function.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = 1 / (1 + exp(-x))`, elementwise; `dx = dy y (1 - y)`.
struct Sigmoid;

impl<T: Scalar> Op<T> for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = logistic(x));
    }

    fn backward(&self, _x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, y, |dy, y| dy * y * (T::one() - y));
        }
    }
}

/// `1 / (1 + exp(-x))`.
pub(super) fn logistic<T: Scalar>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}

impl<T: Scalar> Var<'_, T> {
    /// Logistic function of every element; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[0.0, -800.0]]);
    /// assert_eq!(x.sigmoid().value()?, &array![[0.5, 0.0]]);
    /// assert_eq!(x.sigmoid().sum().backward([x])?.get(x), Some(&array![[0.25, 0.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn sigmoid(self) -> Self {
        self.tape().apply(Sigmoid, &[self])
    }
}
