//! A smooth, unbounded positive part.

use super::sigmoid::logistic;
use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = log(1 + exp(x))`, elementwise; `dx = dy / (1 + exp(-x))`.
struct Softplus;

impl<T: Scalar> Op<T> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = x.max(T::zero()) + (-x.abs()).exp().ln_1p());
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, x[0], |dy, x| dy * logistic(x));
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// `log(1 + exp(x))` of every element, without overflow; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let y = tape.input(array![[0.0, 800.0]]).softplus();
    /// assert!((y.value()? - array![[2.0_f64.ln(), 800.0]]).iter().all(|d| d.abs() < 1e-12));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn softplus(self) -> Self {
        self.tape().apply(Softplus, &[self])
    }
}
