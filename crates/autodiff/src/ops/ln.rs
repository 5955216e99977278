//! Natural logarithm.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = log(x)`, elementwise; `dx = dy / x`.
struct Ln;

impl<T: Scalar> Op<T> for Ln {
    fn name(&self) -> &'static str {
        "ln"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = x.ln());
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, x[0], |dy, x| dy / x);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Natural logarithm of every element; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let y = tape.input(array![[1.0, 2.0]]).ln();
    /// assert_eq!(y.value()?, &array![[0.0, 2.0_f64.ln()]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn ln(self) -> Self {
        self.tape().apply(Ln, &[self])
    }
}
