//! Mult-VAE (Liang et al., WWW 2018).

use crate::init::{truncated_normal, xavier};
use crate::linear::Linear;
use ract_autodiff::{Mat, Module, Param, Scalar, Sparse, Tape, Var};
use rand::Rng;
use std::sync::Arc;

/// Standard deviation of the first biases.
const BIAS_STD: f64 = 0.001;

/// Layer sizes of a [`MultVae`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MultVaeSizes {
    /// Number of items, I.
    pub items: usize,
    /// Width of the layers between items and latent variables; 600 in the paper.
    pub hidden: usize,
    /// Number of latent variables, d; 200 in the paper.
    pub latent: usize,
}

/// The variational autoencoder with a multinomial likelihood:
/// I - hidden tanh - (mu, logvar) - `z = mu + eps exp(logvar / 2)` - hidden tanh - I.
#[derive(Debug)]
pub struct MultVae<T> {
    enc: Linear<T>,
    mu: Linear<T>,
    logvar: Linear<T>,
    dec1: Linear<T>,
    dec2: Linear<T>,
    sizes: MultVaeSizes,
}

/// What a training step needs of an actor's forward pass.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'t, T> {
    /// Scores, B x I.
    pub logits: Var<'t, T>,
    /// Negative log-likelihood of all of each user's items, B x 1.
    pub nll: Var<'t, T>,
    /// Divergence of the latent variables from their prior, mean over users, 1 x 1.
    pub kl: Var<'t, T>,
}

impl<T: Scalar> MultVae<T> {
    /// First weights are Xavier-uniform, first biases truncated normal of deviation 0.001.
    pub fn new(sizes: MultVaeSizes, rng: &mut impl Rng) -> Self {
        let MultVaeSizes { items, hidden, latent } = sizes;
        let mut layer = |names, inputs, outputs| {
            Linear::new(names, xavier(inputs, outputs, rng), truncated_normal(outputs, BIAS_STD, rng))
        };
        Self {
            enc: layer(["enc_w", "enc_b"], items, hidden),
            mu: layer(["mu_w", "mu_b"], hidden, latent),
            logvar: layer(["logvar_w", "logvar_b"], hidden, latent),
            dec1: layer(["dec1_w", "dec1_b"], latent, hidden),
            dec2: layer(["dec2_w", "dec2_b"], hidden, items),
            sizes,
        }
    }

    /// Layer sizes.
    pub fn sizes(&self) -> MultVaeSizes {
        self.sizes
    }

    /// Scores without noise (`z = mu`), B x I, for the sparse `input` (B x I).
    pub fn scores<'t>(&self, tape: &'t Tape<T>, input: &Arc<Sparse<T>>) -> Var<'t, T> {
        self.decode(self.mu.apply(self.encode(tape, input)))
    }

    /// The training pass: scores with the noise `eps` (B x d) for the sparse `input`, and their losses on all `items` of
    /// each user (both B x I).
    pub fn forward<'t>(
        &self,
        tape: &'t Tape<T>,
        input: &Arc<Sparse<T>>,
        items: &Arc<Sparse<T>>,
        eps: Mat<T>,
    ) -> Scored<'t, T> {
        let h = self.encode(tape, input);
        let mu = self.mu.apply(h).named("mu");
        let logvar = self.logvar.apply(h).named("logvar");
        let z = mu.reparameterize(logvar, eps).named("z");
        let logits = self.decode(z);
        let nll = logits.multinomial_nll(items).named("nll");
        Scored { logits, nll, kl: mu.gaussian_kl(logvar).mean().named("kl") }
    }

    fn encode<'t>(&self, tape: &'t Tape<T>, input: &Arc<Sparse<T>>) -> Var<'t, T> {
        self.enc.apply_sparse(tape, input).named("enc").tanh()
    }

    fn decode<'t>(&self, z: Var<'t, T>) -> Var<'t, T> {
        self.dec2.apply(self.dec1.apply(z).named("dec1").tanh()).named("logits")
    }
}

impl<T> Module<T> for MultVae<T> {
    fn params(&self) -> Vec<&Param<T>> {
        [&self.enc, &self.mu, &self.logvar, &self.dec1, &self.dec2].into_iter().flat_map(Module::params).collect()
    }

    fn params_mut(&mut self) -> Vec<&mut Param<T>> {
        [&mut self.enc, &mut self.mu, &mut self.logvar, &mut self.dec1, &mut self.dec2]
            .into_iter()
            .flat_map(Module::params_mut)
            .collect()
    }
}
