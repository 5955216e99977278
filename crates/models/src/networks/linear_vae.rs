//! A variational autoencoder of linear layers.

use super::{Network, latent, with_zero_bias};
use crate::actor::{Output, Users};
use crate::linear::Linear;
use ract_autodiff::{Mat, Module, Scalar, Tape};
use rand::Rng;

/// I - (mu, logvar) - `z = mu + eps exp(logvar / 2)` - I, without activations.
#[derive(Debug, Module)]
pub struct LinearVae<T> {
    mu: Linear<T>,
    logvar: Linear<T>,
    dec: Linear<T>,
    #[module(skip)]
    latent: usize,
}

impl<T: Scalar> LinearVae<T> {
    /// A new network: the weights are Xavier-uniform, the biases zero.
    pub fn new(items: usize, latent: usize, rng: &mut impl Rng) -> Self {
        Self {
            mu: with_zero_bias(["mu_w", "mu_b"], items, latent, rng),
            logvar: with_zero_bias(["logvar_w", "logvar_b"], items, latent, rng),
            dec: with_zero_bias(["dec_w", "dec_b"], latent, items, rng),
            latent,
        }
    }
}

impl<T: Scalar> Network<T> for LinearVae<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T> {
        let mu = self.mu.apply_sparse(tape, users.input).named("mu");
        let (z, kl) = latent(mu, || self.logvar.apply_sparse(tape, users.input), eps);
        Output::of(self.dec.apply(z).named("logits"), kl)
    }

    fn noise(&self) -> usize {
        self.latent
    }
}
