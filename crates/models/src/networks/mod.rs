//! Autoencoders. A network and a loss together make an actor.

mod cosine_autoencoder;
mod dae;
mod linear_autoencoder;
mod linear_vae;
mod vae;
mod with_fixed;

pub use cosine_autoencoder::CosineAutoencoder;
pub use dae::Dae;
pub use linear_autoencoder::LinearAutoencoder;
pub use linear_vae::LinearVae;
pub use vae::{Vae, VaeSizes};
pub use with_fixed::WithFixed;

use crate::actor::{Output, Users};
use crate::init::{truncated_normal, uniform_fan_in, xavier};
use crate::linear::Linear;
use crate::{Actor, FixedPart, Loss};
use ract_autodiff::{Mat, Module, Scalar, Tape, Var};
use rand::Rng;

/// Standard deviation of the initial biases of variational networks.
const BIAS_STD: f64 = 0.001;

/// A network from a user's items to scores of all items.
pub trait Network<T: Scalar>: Module<T> + Send + Sync {
    /// See [`Actor::output`].
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T>;

    /// See [`Actor::fixed_parts`].
    fn fixed_parts(&self) -> &[FixedPart] {
        &[]
    }

    /// See [`Actor::noise`].
    fn noise(&self) -> usize {
        0
    }
}

/// A network with the loss that trains it.
#[derive(Debug, Module)]
pub struct Autoencoder<N> {
    /// The network.
    pub network: N,
    /// Its loss.
    #[module(skip)]
    pub loss: Loss,
}

impl<T: Scalar, N: Network<T>> Actor<T> for Autoencoder<N> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T> {
        self.network.output(tape, users, eps)
    }

    fn loss(&self) -> Loss {
        self.loss
    }

    fn fixed_parts(&self) -> &[FixedPart] {
        self.network.fixed_parts()
    }

    fn noise(&self) -> usize {
        self.network.noise()
    }
}

/// The latent variables `mu + eps exp(logvar / 2)` and the mean of their divergence from a standard normal prior.
/// Without noise it is `mu` alone, and `logvar` is not computed.
fn latent<'t, T: Scalar>(
    mu: Var<'t, T>,
    logvar: impl FnOnce() -> Var<'t, T>,
    eps: Option<Mat<T>>,
) -> (Var<'t, T>, Option<Var<'t, T>>) {
    let Some(eps) = eps else { return (mu, None) };
    let logvar = logvar().named("logvar");
    (mu.reparameterize(logvar, eps).named("z"), Some(mu.gaussian_kl(logvar).mean().named("kl")))
}

/// A layer with Xavier-uniform weights, and biases from a truncated normal with standard deviation 0.001.
pub(crate) fn with_random_bias<T: Scalar>(
    names: [&str; 2],
    inputs: usize,
    outputs: usize,
    rng: &mut impl Rng,
) -> Linear<T> {
    Linear::new(names, xavier(inputs, outputs, rng), truncated_normal(outputs, BIAS_STD, rng))
}

/// A layer with Xavier-uniform weights and zero biases.
pub(crate) fn with_zero_bias<T: Scalar>(
    names: [&str; 2],
    inputs: usize,
    outputs: usize,
    rng: &mut impl Rng,
) -> Linear<T> {
    Linear::new(names, xavier(inputs, outputs, rng), Mat::zeros((1, outputs)))
}

/// A layer whose weights and biases start as PyTorch's.
pub(crate) fn with_fan_in_bias<T: Scalar>(
    names: [&str; 2],
    inputs: usize,
    outputs: usize,
    rng: &mut impl Rng,
) -> Linear<T> {
    Linear::new(names, uniform_fan_in(inputs, inputs, outputs, rng), uniform_fan_in(inputs, 1, outputs, rng))
}
