//! The LambdaRank encoder (Lobel et al., ICLR 2020), after Burges, Ragno and Le (NIPS 2006).

use super::{Built, Setting};
use crate::Loss;
use crate::networks::{Autoencoder, Vae};
use ract_autodiff::Scalar;
use rand::RngCore;

/// Mult-VAE's network with the LambdaRank loss.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(Autoencoder { network: Vae::new(setting.vae_sizes(), &mut rng), loss: Loss::LambdaRank }))
}
