//! Mult-VAE's network with the loss SL@K (Yang et al., KDD 2025). This actor is not in the paper.

use super::{Built, Setting};
use crate::Loss;
use crate::networks::{Autoencoder, Vae};
use ract_autodiff::Scalar;
use rand::RngCore;

/// Mult-VAE's network with SL@K.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(Autoencoder { network: Vae::new(setting.vae_sizes(), &mut rng), loss: Loss::SlAtK(setting.sl) }))
}
