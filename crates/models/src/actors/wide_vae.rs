//! The sum of a linear and a variational autoencoder, trained together. This actor is not in the paper.

use super::{Built, Setting};
use crate::actor::{Output, Users};
use crate::networks::{Autoencoder, LinearAutoencoder, Network, Vae};
use ract_autodiff::{Mat, Module, Scalar, Tape};
use rand::RngCore;

/// `s = linear(x) + vae(x)`: the linear part learns which items occur together, as EASE does. The other part learns the
/// rest.
#[derive(Debug, Module)]
struct WideVae<T> {
    linear: LinearAutoencoder<T>,
    vae: Vae<T>,
}

/// Wide VAE with a weighted squared error.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    let network = WideVae {
        linear: LinearAutoencoder::named(["wide1", "wide2"], setting.items, setting.hidden, &mut rng),
        vae: Vae::new(setting.vae_sizes(), &mut rng),
    };
    Ok(Box::new(Autoencoder { network, loss: setting.squared_error() }))
}

impl<T: Scalar> Network<T> for WideVae<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T> {
        let linear = self.linear.output(tape, users, None).own.named("linear");
        let Output { own, kl, .. } = self.vae.output(tape, users, eps);
        Output::of(linear + own, kl)
    }

    fn noise(&self) -> usize {
        self.vae.noise()
    }
}
