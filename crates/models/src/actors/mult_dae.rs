//! Mult-DAE (Liang et al., WWW 2018).

use super::{Built, Setting};
use crate::Loss;
use crate::networks::{Autoencoder, Dae};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The denoising autoencoder with a multinomial likelihood.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(Autoencoder {
        network: Dae::new(setting.items, setting.hidden, setting.latent, &mut rng),
        loss: Loss::Nll,
    }))
}
