//! Exponential function.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = exp(x)`, elementwise; `dx = dy y`.
struct Exp;

impl<T: Scalar> Op<T> for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = x.fast_exp());
    }

    fn backward(&self, _x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, y, |dy, y| dy * y);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Exponential of every element; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let y = tape.input(array![[0.0, 1.0]]).exp();
    /// assert_eq!(y.value()?, &array![[1.0, 1.0_f64.exp()]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn exp(self) -> Self {
        self.tape().apply(Exp, &[self])
    }
}
