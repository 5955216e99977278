//! The sum of EASE and a variational autoencoder. This actor is not in the paper.

use super::{Built, Setting};
use crate::networks::{Autoencoder, Vae, WithFixed};
use ract_autodiff::Scalar;
use rand::RngCore;
use std::sync::Arc;

/// EASE + VAE: `s = vae(x) + gain x B`. The VAE is trained by itself, with a weighted squared error.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    let network = WithFixed {
        fixed: Arc::new([setting.ease.fit(setting.train)?]),
        network: Vae::new(setting.vae_sizes(), &mut rng),
    };
    Ok(Box::new(Autoencoder { network, loss: setting.squared_error() }))
}
