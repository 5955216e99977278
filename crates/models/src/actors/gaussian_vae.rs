//! Gaussian VAE (Lobel et al., ICLR 2020).

use super::{Built, Setting};
use crate::networks::{Autoencoder, Vae};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The variational autoencoder with a weighted squared error.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(Autoencoder { network: Vae::new(setting.vae_sizes(), &mut rng), loss: setting.squared_error() }))
}
