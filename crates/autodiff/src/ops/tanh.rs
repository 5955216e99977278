//! Hyperbolic tangent.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = tanh(x)`, elementwise; `dx = dy (1 - y^2)`.
struct Tanh;

impl<T: Scalar> Op<T> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = x.fast_tanh());
    }

    fn backward(&self, _x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, y, |dy, y| dy * (T::one() - y * y));
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Hyperbolic tangent of every element; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let y = tape.input(array![[0.0, 1.0]]).tanh();
    /// assert_eq!(y.value()?, &array![[0.0, 1.0_f64.tanh()]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn tanh(self) -> Self {
        self.tape().apply(Tanh, &[self])
    }
}
