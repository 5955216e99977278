//! The denoising autoencoder of Liang et al. (WWW 2018).

use super::{Network, with_zero_bias};
use crate::actor::{Output, Users};
use crate::linear::Linear;
use ract_autodiff::{Mat, Module, Scalar, Tape};
use rand::Rng;

/// I - hidden tanh - latent - hidden tanh - I.
#[derive(Debug, Module)]
pub struct Dae<T> {
    layers: [Linear<T>; 4],
}

impl<T: Scalar> Dae<T> {
    /// A new network: the weights are Xavier-uniform, the biases zero.
    pub fn new(items: usize, hidden: usize, latent: usize, rng: &mut impl Rng) -> Self {
        Self {
            layers: [
                with_zero_bias(["enc1_w", "enc1_b"], items, hidden, rng),
                with_zero_bias(["enc2_w", "enc2_b"], hidden, latent, rng),
                with_zero_bias(["dec1_w", "dec1_b"], latent, hidden, rng),
                with_zero_bias(["dec2_w", "dec2_b"], hidden, items, rng),
            ],
        }
    }
}

impl<T: Scalar> Network<T> for Dae<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, _eps: Option<Mat<T>>) -> Output<'t, T> {
        let [enc1, enc2, dec1, dec2] = &self.layers;
        let z = enc2.apply(enc1.apply_sparse(tape, users.input).named("enc1").tanh()).named("z");
        Output::of(dec2.apply(dec1.apply(z).named("dec1").tanh()).named("logits"), None)
    }
}
