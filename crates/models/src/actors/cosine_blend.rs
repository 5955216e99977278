//! The sum of the cosine autoencoder, item neighbours, EASE and popularity. This actor is not in the paper.

use super::{Built, KnnPart, Setting};
use crate::baselines::knn;
use crate::networks::{Autoencoder, CosineAutoencoder, WithFixed};
use crate::{FixedPart, Loss};
use ract_autodiff::Scalar;
use rand::RngCore;

/// `s = cosine autoencoder(x) + gain_k ln(1 + k / mean(k)) + gain_e x B + power ln(1 + m)`. The autoencoder is trained by itself,
/// with a multinomial likelihood. In the neighbours' weights, a user with n items counts `1 / n`. m are the numbers of the items'
/// users; without a power, that part is left out.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    let KnnPart { neighbours, gain } = setting.knn;
    let weights = knn::by_user_share(setting.train, neighbours);
    let mut fixed = vec![FixedPart::Neighbours { weights, gain }, setting.ease.fit(setting.train)?];
    if setting.popularity_power != 0.0 {
        fixed.push(FixedPart::popularity(setting.train, setting.popularity_power));
    }
    let network = WithFixed {
        fixed: fixed.into(),
        network: CosineAutoencoder::new(setting.items, setting.latent, setting.temperature, &mut rng),
    };
    Ok(Box::new(Autoencoder { network, loss: Loss::Nll }))
}
