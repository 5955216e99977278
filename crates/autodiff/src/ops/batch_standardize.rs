//! Columns of mean 0 and variance 1, by the batch's own statistics.

use crate::{Mat, Op, Scalar, Slots, Var};
use ndarray::Zip;

/// `y_uf = (x_uf - mean_f) / sqrt(var_f + epsilon)`, mean and variance over the batch;
/// `dx_f = (dy_f - mean(dy_f) - y_f mean(y_f dy_f)) / sqrt(var_f + epsilon)`, column by column (Ioffe and Szegedy, 2015).
struct BatchStandardize<T> {
    epsilon: T,
    /// Of each column.
    deviation: Vec<T>,
}

impl<T: Scalar> Op<T> for BatchStandardize<T> {
    fn name(&self) -> &'static str {
        "batch_standardize"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let n = T::of(x[0].nrows() as f64);
        self.deviation.clear();
        for (mut y, x) in y.columns_mut().into_iter().zip(x[0].columns()) {
            let mean = x.sum() / n;
            let variance = x.iter().map(|&x| (x - mean).powi(2)).sum::<T>() / n;
            let deviation = (variance + self.epsilon).sqrt();
            y.zip_mut_with(&x, |y, &x| *y = (x - mean) / deviation);
            self.deviation.push(deviation);
        }
    }

    fn backward(&self, x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        let n = T::of(x[0].nrows() as f64);
        slot.update(|dx, write| {
            let columns = dx.columns_mut().into_iter().zip(y.columns()).zip(dy.columns()).zip(&self.deviation);
            for (((dx, y), dy), &deviation) in columns {
                let (mean, along) = (dy.sum() / n, y.dot(&dy) / n);
                Zip::from(dx).and(y).and(dy).for_each(|dx, &y, &dy| write.put(dx, (dy - mean - y * along) / deviation));
            }
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Each column minus its mean over the batch, divided by the root of its variance plus `epsilon`; the gradient passes
    /// through mean and variance. The shape stays.
    #[must_use]
    pub fn batch_standardize(self, epsilon: T) -> Self {
        self.tape().apply(BatchStandardize { epsilon, deviation: Vec::new() }, &[self])
    }
}
