//! The linear autoencoder: two linear layers.

use super::{Network, with_zero_bias};
use crate::actor::{Output, Users};
use crate::linear::Linear;
use ract_autodiff::{Mat, Module, Scalar, Tape};
use rand::Rng;

/// I - latent - I, without activations.
#[derive(Debug, Module)]
pub struct LinearAutoencoder<T> {
    enc: Linear<T>,
    dec: Linear<T>,
}

impl<T: Scalar> LinearAutoencoder<T> {
    /// A new network: the weights are Xavier-uniform, the biases zero.
    pub fn new(items: usize, latent: usize, rng: &mut impl Rng) -> Self {
        Self::named(["enc", "dec"], items, latent, rng)
    }

    /// As [`new`](Self::new), with the given names for the two layers.
    pub fn named([enc, dec]: [&str; 2], items: usize, latent: usize, rng: &mut impl Rng) -> Self {
        let mut layer = |name: &str, inputs, outputs| {
            with_zero_bias([&format!("{name}_w"), &format!("{name}_b")], inputs, outputs, rng)
        };
        Self { enc: layer(enc, items, latent), dec: layer(dec, latent, items) }
    }
}

impl<T: Scalar> Network<T> for LinearAutoencoder<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, _eps: Option<Mat<T>>) -> Output<'t, T> {
        let z = self.enc.apply_sparse(tape, users.input).named("z");
        Output::of(self.dec.apply(z).named("logits"), None)
    }
}
