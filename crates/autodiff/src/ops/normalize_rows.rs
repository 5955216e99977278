//! Rows of length 1, and rows of mean 0 and variance 1.

use crate::{Mat, Op, Scalar, Slots, Var, Write};
use ndarray::{ArrayView1, ArrayViewMut1, Zip};

/// `y_i = x_i / max(||x_i||_2, tiny)`, row by row; `dx_i = (dy_i - y_i (y_i . dy_i)) / ||x_i||_2`.
struct L2Normalize;

/// No row is divided by less than this.
const TINY: f64 = 1e-12;

fn length<T: Scalar>(x: ArrayView1<'_, T>) -> T {
    x.dot(&x).sqrt().max(T::of(TINY))
}

impl<T: Scalar> Op<T> for L2Normalize {
    fn name(&self) -> &'static str {
        "l2_normalize"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        Zip::from(y.rows_mut()).and(x[0].rows()).par_for_each(|mut y, x| {
            let length = length(x);
            y.zip_mut_with(&x, |y, &x| *y = x / length);
        });
    }

    fn backward(&self, x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|dx, write| {
            Zip::from(dx.rows_mut()).and(x[0].rows()).and(y.rows()).and(dy.rows()).par_for_each(|dx, x, y, dy| {
                let (length, along) = (length(x), y.dot(&dy));
                add(dx, write, y, dy, |y, dy| (dy - y * along) / length);
            });
        });
    }
}

/// `y_i = (x_i - mean(x_i)) / sqrt(var(x_i) + epsilon)`, row by row;
/// `dx_i = (dy_i - mean(dy_i) - y_i mean(y_i dy_i)) / sqrt(var(x_i) + epsilon)`.
struct LayerNorm<T> {
    epsilon: T,
}

impl<T: Scalar> LayerNorm<T> {
    fn mean_and_deviation(&self, x: ArrayView1<'_, T>) -> (T, T) {
        let n = T::of(x.len() as f64);
        let mean = x.sum() / n;
        let variance = x.iter().map(|&x| (x - mean).powi(2)).sum::<T>() / n;
        (mean, (variance + self.epsilon).sqrt())
    }
}

impl<T: Scalar> Op<T> for LayerNorm<T> {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn numbers(&self) -> Vec<(&'static str, f64)> {
        vec![("epsilon", self.epsilon.to_f64().unwrap_or(f64::NAN))]
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        Zip::from(y.rows_mut()).and(x[0].rows()).par_for_each(|mut y, x| {
            let (mean, deviation) = self.mean_and_deviation(x);
            y.zip_mut_with(&x, |y, &x| *y = (x - mean) / deviation);
        });
    }

    fn backward(&self, x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|dx, write| {
            Zip::from(dx.rows_mut()).and(x[0].rows()).and(y.rows()).and(dy.rows()).par_for_each(|dx, x, y, dy| {
                let n = T::of(x.len() as f64);
                let (_, deviation) = self.mean_and_deviation(x);
                let (mean, along) = (dy.sum() / n, y.dot(&dy) / n);
                add(dx, write, y, dy, |y, dy| (dy - mean - y * along) / deviation);
            });
        });
    }
}

/// Adds `f(y, dy)` to a row.
fn add<T: Scalar>(
    d: ArrayViewMut1<'_, T>,
    write: Write,
    y: ArrayView1<'_, T>,
    dy: ArrayView1<'_, T>,
    f: impl Fn(T, T) -> T,
) {
    Zip::from(d).and(y).and(dy).for_each(|d, &y, &dy| write.put(d, f(y, dy)));
}

impl<T: Scalar> Var<'_, T> {
    /// Each row divided by its length; a row of zeros stays zero. The shape stays.
    #[must_use]
    pub fn l2_normalize(self) -> Self {
        self.tape().apply(L2Normalize, &[self])
    }

    /// Each row minus its mean, divided by the root of its variance plus `epsilon` (Ba, Kiros and Hinton, 2016, without
    /// scale and offset). The shape stays.
    #[must_use]
    pub fn layer_norm(self, epsilon: T) -> Self {
        self.tape().apply(LayerNorm { epsilon }, &[self])
    }
}
