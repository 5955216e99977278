//! WMF as a linear autoencoder (Lobel et al., ICLR 2020), after Hu, Koren and Volinsky (ICDM 2008).

use super::{Built, Setting};
use crate::networks::{Autoencoder, LinearAutoencoder};
use ract_autodiff::Scalar;
use rand::RngCore;

/// The linear autoencoder with a weighted squared error.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    Ok(Box::new(Autoencoder {
        network: LinearAutoencoder::new(setting.items, setting.latent, &mut rng),
        loss: setting.squared_error(),
    }))
}
