//! The WARP encoder (Lobel et al., ICLR 2020), after Weston, Bengio and Usunier (IJCAI 2011).

use super::Setting;
use crate::networks::{Autoencoder, LinearAutoencoder};
use crate::{Actor, Loss};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The linear autoencoder with the listwise WARP loss.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Box<dyn Actor<T>> {
    Box::new(Autoencoder { network: LinearAutoencoder::new(setting.items, setting.latent, &mut rng), loss: Loss::Warp })
}
