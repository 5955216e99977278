//! Divergence of a diagonal Gaussian from the standard one (Kingma and Welling, ICLR 2014, appendix B).

use super::same_shape;
use crate::kernels::rows;
use crate::{Mat, Op, Scalar, Shape, Slot, Slots, Var};

/// `y_u = sum_j (exp(logvar_uj) + mu_uj^2 - 1 - logvar_uj) / 2`; `dmu = dy_u mu`, `dlogvar = dy_u (exp(logvar) - 1) / 2`.
struct GaussianKl;

impl<T: Scalar> Op<T> for GaussianKl {
    fn name(&self) -> &'static str {
        "gaussian_kl"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        Ok(Shape::new(same_shape(inputs)?.rows, 1))
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let (mu, logvar) = (x[0], x[1]);
        rows::each(y, mu, |user, y, mu| {
            let variances = rows::sum_map(rows::row(logvar, user), |logvar| logvar.fast_exp() - T::one() - logvar);
            y[0] = (rows::sum_map(mu, |mu| mu * mu) + variances) / T::of(2.0);
        });
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            add_by_row(slot, x[0], dy, |mu| mu);
        }
        if let Some(slot) = dx.want(1) {
            add_by_row(slot, x[1], dy, |logvar| (logvar.fast_exp() - T::one()) / T::of(2.0));
        }
    }
}

/// Adds `dy_u f(x)` for each row u.
fn add_by_row<T: Scalar>(slot: Slot<'_, T>, x: &Mat<T>, dy: &Mat<T>, f: impl Fn(T) -> T + Sync) {
    slot.update(|d, write| {
        rows::each(d, x, |user, d, x| {
            let dy = dy[(user, 0)];
            write.map(d, x, |x| dy * f(x));
        });
    });
}

impl<'t, T: Scalar> Var<'t, T> {
    /// Kullback-Leibler divergence of the Gaussians of mean `self` and log-variance `logvar` (both B x d) from the
    /// standard normal distribution: B x 1.
    #[must_use]
    pub fn gaussian_kl(self, logvar: Var<'t, T>) -> Self {
        self.tape().apply(GaussianKl, &[self, logvar])
    }
}
