//! Multiplication by a constant number.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = c x`; `dx = c dy`.
struct Scale<T>(T);

impl<T: Scalar> Op<T> for Scale<T> {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = self.0 * x);
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_map(dy, |dy| self.0 * dy);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Every element times the constant `factor`; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[1.0, -3.0]]);
    /// assert_eq!(x.scale(2.0).value()?, &array![[2.0, -6.0]]);
    /// assert_eq!(x.scale(2.0).sum().backward([x])?.get(x), Some(&array![[2.0, 2.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn scale(self, factor: T) -> Self {
        self.tape().apply(Scale(factor), &[self])
    }
}

impl<T: Scalar> std::ops::Neg for Var<'_, T> {
    type Output = Self;

    /// Every element with the other sign; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[1.0, -3.0]]);
    /// assert_eq!((-x).value()?, &array![[-1.0, 3.0]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    fn neg(self) -> Self {
        self.scale(-T::one())
    }
}
