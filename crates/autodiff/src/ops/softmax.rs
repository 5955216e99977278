//! Softmax of each row, and its logarithm.

use crate::kernels::rows::{self, log_sum_exp};
use crate::kernels::slices;
use crate::{Mat, Op, Scalar, Slots, Var};
use ndarray::Zip;

/// `y_ij = exp(x_ij) / sum_k exp(x_ik)`; `dx_ij = y_ij (dy_ij - sum_k y_ik dy_ik)`.
struct Softmax;

impl<T: Scalar> Op<T> for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        rows::each(y, x[0], |_, y, x| {
            let lse = log_sum_exp(x);
            slices::map(y, x, |y, x| *y = (x - lse).fast_exp());
        });
    }

    fn backward(&self, _x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|dx, write| {
            Zip::from(dx.rows_mut()).and(y.rows()).and(dy.rows()).par_for_each(|dx, y, dy| {
                let mean = y.dot(&dy);
                Zip::from(dx).and(y).and(dy).for_each(|dx, &y, &dy| write.put(dx, y * (dy - mean)));
            });
        });
    }
}

/// `y_ij = x_ij - log sum_k exp(x_ik)`; `dx_ij = dy_ij - exp(y_ij) sum_k dy_ik`.
struct LogSoftmax;

impl<T: Scalar> Op<T> for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        rows::each(y, x[0], |_, y, x| {
            let lse = log_sum_exp(x);
            slices::map(y, x, |y, x| *y = x - lse);
        });
    }

    fn backward(&self, _x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|dx, write| {
            Zip::from(dx.rows_mut()).and(y.rows()).and(dy.rows()).par_for_each(|dx, y, dy| {
                let sum = dy.sum();
                Zip::from(dx).and(y).and(dy).for_each(|dx, &y, &dy| write.put(dx, dy - y.fast_exp() * sum));
            });
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// The softmax of each row, without overflow; the shape stays.
    ///
    /// ```
    /// use ndarray::array;
    /// use ract_autodiff::Tape;
    ///
    /// let tape = Tape::<f64>::new();
    /// let y = tape.input(array![[0.0, 3.0_f64.ln()], [800.0, 800.0]]).softmax();
    /// assert!((y.value()? - array![[0.25, 0.75], [0.5, 0.5]]).iter().all(|d| d.abs() < 1e-12));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn softmax(self) -> Self {
        self.tape().apply(Softmax, &[self])
    }

    /// The logarithm of the softmax of each row, without overflow; the shape stays.
    #[must_use]
    pub fn log_softmax(self) -> Self {
        self.tape().apply(LogSoftmax, &[self])
    }
}
