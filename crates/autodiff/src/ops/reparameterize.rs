//! The reparameterisation trick (Kingma and Welling, ICLR 2014).

use super::same_shape;
use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `z = mu + eps exp(logvar / 2)` for constant noise `eps`; `dmu = dz`, `dlogvar = dz eps exp(logvar / 2) / 2`.
struct Reparameterize<T> {
    eps: Mat<T>,
}

impl<T: Scalar> Op<T> for Reparameterize<T> {
    fn name(&self) -> &'static str {
        "reparameterize"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let shape = same_shape(inputs)?;
        let eps = Shape::of(&self.eps);
        if eps == shape { Ok(shape) } else { Err(format!("mu and logvar are {shape}, eps is {eps}")) }
    }

    fn forward(&mut self, x: &[&Mat<T>], z: &mut Mat<T>) {
        elementwise::zip3(z, x[0], x[1], &self.eps, |z, mu, logvar, eps| {
            *z = mu + eps * (logvar / T::of(2.0)).fast_exp();
        });
    }

    fn backward(&self, x: &[&Mat<T>], z: &Mat<T>, dz: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_map(dz, |dz| dz);
        }
        if let Some(slot) = dx.want(1) {
            // eps exp(logvar / 2) is z - mu
            slot.add_zip3(dz, z, x[0], |dz, z, mu| dz * (z - mu) / T::of(2.0));
        }
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// A draw from the Gaussian of mean `self` and log-variance `logvar` by the standard normal noise `eps`; all B x d.
    #[must_use]
    pub fn reparameterize(self, logvar: Var<'t, T>, eps: Mat<T>) -> Self {
        self.tape().apply(Reparameterize { eps }, &[self, logvar])
    }
}
