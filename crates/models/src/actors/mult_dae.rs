//! Mult-DAE (Liang et al., WWW 2018).

use super::Setting;
use crate::networks::{Autoencoder, Dae};
use crate::{Actor, Loss};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The denoising autoencoder with a multinomial likelihood.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Box<dyn Actor<T>> {
    Box::new(Autoencoder {
        network: Dae::new(setting.items, setting.hidden, setting.latent, &mut rng),
        loss: Loss::Nll,
    })
}
