//! The variational autoencoder of Liang et al. (WWW 2018).

use super::{Network, latent, with_random_bias};
use crate::actor::{Output, Users};
use crate::linear::Linear;
use ract_autodiff::{Mat, Module, Scalar, Tape};
use rand::Rng;

/// Layer sizes of a [`Vae`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaeSizes {
    /// Number of items, I.
    pub items: usize,
    /// Width of the layers between items and latent variables; 600 in the paper.
    pub hidden: usize,
    /// Number of latent variables, d; 200 in the paper.
    pub latent: usize,
}

/// I - hidden tanh - (mu, logvar) - `z = mu + eps exp(logvar / 2)` - hidden tanh - I.
#[derive(Debug, Module)]
pub struct Vae<T> {
    enc: Linear<T>,
    mu: Linear<T>,
    logvar: Linear<T>,
    dec1: Linear<T>,
    dec2: Linear<T>,
    #[module(skip)]
    latent: usize,
}

impl<T: Scalar> Vae<T> {
    /// A new network: the weights are Xavier-uniform, the biases truncated normal with standard deviation 0.001.
    pub fn new(sizes: VaeSizes, rng: &mut impl Rng) -> Self {
        let VaeSizes { items, hidden, latent } = sizes;
        Self {
            enc: with_random_bias(["enc_w", "enc_b"], items, hidden, rng),
            mu: with_random_bias(["mu_w", "mu_b"], hidden, latent, rng),
            logvar: with_random_bias(["logvar_w", "logvar_b"], hidden, latent, rng),
            dec1: with_random_bias(["dec1_w", "dec1_b"], latent, hidden, rng),
            dec2: with_random_bias(["dec2_w", "dec2_b"], hidden, items, rng),
            latent,
        }
    }
}

impl<T: Scalar> Network<T> for Vae<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T> {
        let h = self.enc.apply_sparse(tape, users.input).named("enc").tanh();
        let mu = self.mu.apply(h).named("mu");
        let (z, kl) = latent(mu, || self.logvar.apply(h), eps);
        Output::of(self.dec2.apply(self.dec1.apply(z).named("dec1").tanh()).named("logits"), kl)
    }

    fn noise(&self) -> usize {
        self.latent
    }
}
