//! The WARP encoder (Lobel et al., ICLR 2020), after Weston, Bengio and Usunier (IJCAI 2011).

use super::{Built, Setting};
use crate::Loss;
use crate::networks::{Autoencoder, LinearAutoencoder};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The linear autoencoder with the listwise WARP loss.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(Autoencoder {
        network: LinearAutoencoder::new(setting.items, setting.latent, &mut rng),
        loss: Loss::Warp,
    }))
}
