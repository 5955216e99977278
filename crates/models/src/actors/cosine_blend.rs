//! The sum of the cosine autoencoder, item neighbours, EASE and popularity. This actor is not in the paper.

use super::{Built, KnnPart, Setting};
use crate::baselines::knn;
use crate::networks::{Autoencoder, CosineAutoencoder, WithFixed};
use crate::{FixedPart, Loss};
use ract_autodiff::Scalar;
use rand::RngCore;
use std::sync::Arc;

/// `s = cosine autoencoder(x) + gain_k ln(1 + k / mean(k)) + gain_e x B + power ln(1 + m)`. The autoencoder is trained by itself, with a multinomial
/// likelihood. In the neighbours' weights, a user
/// with n items counts `1 / n`; m are the numbers of the items' users.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    let KnnPart { neighbours, gain } = setting.knn;
    let weights = knn::by_user_share(setting.train, neighbours);
    let network = WithFixed {
        fixed: Arc::new([
            FixedPart::Neighbours { weights, gain },
            setting.ease.fit(setting.train)?,
            FixedPart::popularity(setting.train, setting.popularity_power),
        ]),
        network: CosineAutoencoder::new(setting.items, setting.latent, setting.temperature, &mut rng),
    };
    Ok(Box::new(Autoencoder { network, loss: Loss::Nll }))
}
