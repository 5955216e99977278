//! Standardisation by given statistics.

use crate::{Mat, Op, Scalar, Shape, Slots, Var};
use ndarray::Zip;

/// `y_uf = (x_uf - mean_f) / deviation_f` for constant statistics; `dx_uf = dy_uf / deviation_f`.
struct Standardize<T> {
    mean: Vec<T>,
    deviation: Vec<T>,
}

impl<T: Scalar> Op<T> for Standardize<T> {
    fn name(&self) -> &'static str {
        "standardize"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = inputs[0];
        let (means, deviations) = (self.mean.len(), self.deviation.len());
        if means == x.cols && deviations == x.cols {
            Ok(x)
        } else {
            Err(format!("x is {x}, but there are {means} means and {deviations} deviations"))
        }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        Zip::from(y.rows_mut()).and(x[0].rows()).for_each(|y, x| {
            for (((y, &x), &mean), &deviation) in y.into_iter().zip(x).zip(&self.mean).zip(&self.deviation) {
                *y = (x - mean) / deviation;
            }
        });
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|dx, write| {
            Zip::from(dx.rows_mut()).and(dy.rows()).for_each(|dx, dy| {
                for ((dx, &dy), &deviation) in dx.into_iter().zip(dy).zip(&self.deviation) {
                    write.put(dx, dy / deviation);
                }
            });
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Each of the F columns of `self` (B x F) minus its `mean`, divided by its `deviation`; both hold F numbers. The
    /// shape stays.
    #[must_use]
    pub fn standardize(self, mean: Vec<T>, deviation: Vec<T>) -> Self {
        self.tape().apply(Standardize { mean, deviation }, &[self])
    }
}
