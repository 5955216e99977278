//! Mult-VAE (Liang et al., WWW 2018).

use super::{Built, Setting};
use crate::Loss;
use crate::networks::{Autoencoder, Vae};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The variational autoencoder with a multinomial likelihood.
pub fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(Autoencoder { network: Vae::new(setting.vae_sizes(), &mut rng), loss: Loss::Nll }))
}
