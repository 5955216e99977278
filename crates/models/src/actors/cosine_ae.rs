//! The cosine autoencoder with a multinomial likelihood. This actor is not in the paper.

use super::{Built, Setting};
use crate::Loss;
use crate::networks::{Autoencoder, CosineAutoencoder};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The cosine autoencoder with a multinomial likelihood.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    let network = CosineAutoencoder::new(setting.items, setting.latent, setting.temperature, &mut rng);
    Ok(Box::new(Autoencoder { network, loss: Loss::Nll }))
}
