//! The sum of EASE and a variational autoencoder. This actor is not in the paper.

use super::{Built, EasePart, Setting};
use crate::actor::{LinearPart, Output, Users};
use crate::baselines::{Baseline, Ease};
use crate::networks::{Autoencoder, Network, Vae};
use ract_autodiff::{Mat, Module, Scalar, Sparse, Tape};
use ract_data::Interactions;
use rand::RngCore;

/// `s = vae(x) + gain x B`: the sum of two predictions of the user's items. The item-item weights B come from EASE and stay
/// fixed. The loss compares only the autoencoder's part with the items: EASE was fitted to the training users, so in
/// the sum the autoencoder would learn that EASE is never wrong.
#[derive(Debug, Module)]
struct EaseVae<T> {
    #[module(skip)]
    ease: Ease<f32>,
    #[module(skip)]
    gain: f64,
    vae: Vae<T>,
}

/// EASE + VAE with a weighted squared error.
pub(super) fn build<T: Scalar>(setting: &Setting<'_>, mut rng: &mut dyn RngCore) -> Built<T> {
    let EasePart { weighting, items, gain } = setting.ease;
    let ease = Ease::fit_weighted(setting.train, &weighting, items)?;
    let network = EaseVae { ease, gain, vae: Vae::new(setting.vae_sizes(), &mut rng) };
    Ok(Box::new(Autoencoder { network, loss: setting.squared_error() }))
}

impl<T: Scalar> EaseVae<T> {
    /// `gain x B` from the items that the actor sees. Each of them has the weight `1 / keep`, to stand for the items that
    /// are not seen.
    fn linear(&self, users: &Users<'_, T>) -> Mat<T> {
        let mut scores = self.ease.scores(&pattern(users.input)).mapv(|score| T::of(score.into()));
        let rows = users.input.outer_iterator().zip(users.items.outer_iterator());
        for (mut scores, (input, items)) in scores.rows_mut().into_iter().zip(rows) {
            // An entry of the input is 1 / (sqrt(n) keep).
            let per_seen = input.data().first().map_or(T::one(), |&x| x * T::of((items.nnz() as f64).sqrt()));
            scores *= per_seen * T::of(self.gain);
        }
        scores
    }
}

fn pattern<T: Scalar>(x: &Sparse<T>) -> Interactions {
    let rows: Vec<Vec<u32>> = x.outer_iterator().map(|row| row.indices().to_vec()).collect();
    Interactions::from_rows(x.cols(), rows)
}

impl<T: Scalar> Network<T> for EaseVae<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T> {
        let linear = tape.constant(self.linear(users)).named("linear");
        let Output { own, kl, .. } = self.vae.output(tape, users, eps);
        Output { scores: own + linear, own, kl }
    }

    fn linear_part(&self) -> Option<LinearPart<'_>> {
        Some(LinearPart { ease: &self.ease, gain: self.gain })
    }

    fn noise(&self) -> usize {
        self.vae.noise()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::VaeSizes;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;
    use std::sync::Arc;

    #[test]
    fn the_scores_are_the_sum_of_both_parts_and_the_linear_part_is_divided_by_keep() {
        let train = Interactions::from_rows(4, [vec![0, 1], vec![0, 1, 2], vec![2, 3], vec![1, 3]]);
        let sizes = VaeSizes { items: 4, hidden: 3, latent: 2 };
        let network = EaseVae {
            ease: Ease::fit(&train, 0.5, 0).unwrap(),
            gain: 3.0,
            vae: Vae::<f64>::new(sizes, &mut SmallRng::seed_from_u64(1)),
        };
        let items = Arc::new(Sparse::new((1, 4), vec![0, 2], vec![0, 1], vec![1.0; 2]));
        let seen_by = |keep: f64| {
            let value = 1.0 / (2.0_f64.sqrt() * keep);
            Arc::new(Sparse::new((1, 4), vec![0, 2], vec![0, 1], vec![value; 2]))
        };
        for keep in [1.0, 0.5] {
            let (input, tape) = (seen_by(keep), Tape::new());
            let users = Users { input: &input, items: &items, rows: None };
            let found = network.output(&tape, &users, None).scores.value().unwrap();
            let vae = network.vae.output(&tape, &users, None).scores.value().unwrap();
            let linear = network.ease.scores(&Interactions::from_rows(4, [[0, 1]])).mapv(f64::from) * 3.0 / keep;
            assert!((found - vae - linear).iter().all(|d| d.abs() < 1e-6));
        }
    }
}
