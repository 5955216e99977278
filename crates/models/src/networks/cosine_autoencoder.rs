//! An autoencoder whose scores are cosines.

use super::Network;
use crate::actor::{Output, Users};
use crate::init::uniform_fan_in;
use crate::linear::Linear;
use ract_autodiff::{Mat, Module, Scalar, Tape};
use rand::Rng;

/// `z = x W + b` and `s_i = cos(z, w_i) / temperature`, where `w_i` is row i of W: one matrix for both layers. A user is the sum
/// of the items' rows, whose lengths are the items' weights; a score compares directions alone. The user's part is that of SimpleX
/// (Mao et al., CIKM 2021), the temperature that of sampled softmax losses (Wu et al., 2022); here the softmax is over all items.
#[derive(Debug, Module)]
pub struct CosineAutoencoder<T> {
    items: Linear<T>,
    #[module(skip)]
    temperature: f64,
}

impl<T: Scalar> CosineAutoencoder<T> {
    /// A new network: rows of a length of about 0.6, whatever `latent` is. The bias is zero.
    pub fn new(items: usize, latent: usize, temperature: f64, rng: &mut impl Rng) -> Self {
        let weights = uniform_fan_in(latent, items, latent, rng);
        Self { items: Linear::new(["items_w", "items_b"], weights, Mat::zeros((1, latent))), temperature }
    }
}

impl<T: Scalar> Network<T> for CosineAutoencoder<T> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, _eps: Option<Mat<T>>) -> Output<'t, T> {
        let z = self.items.apply_sparse(tape, users.input).named("z");
        let user = z.l2_normalize().scale(T::of(1.0 / self.temperature));
        let items = self.items.weights(tape).l2_normalize();
        Output::of(user.matmul_t(items).named("logits"), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use ract_autodiff::{Sparse, gradcheck::gradcheck};
    use rand::SeedableRng;
    use rand::rngs::SmallRng;
    use std::sync::Arc;

    fn output(network: &CosineAutoencoder<f64>) -> Mat<f64> {
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let input = Arc::new(Sparse::new((1, 3), vec![0, 2], vec![0, 1], vec![half; 2]));
        let items = Arc::new(Sparse::new((1, 3), vec![0, 2], vec![0, 1], vec![1.0; 2]));
        let users = Users { input: &input, items: &items, rows: None };
        network.output(&Tape::new(), &users, None).scores().value().unwrap().clone()
    }

    #[test]
    fn the_scores_are_cosines_divided_by_the_temperature() {
        let weights = array![[1.0, 0.0], [0.0, 1.0], [0.0, -3.0]];
        let items = Linear::new(["items_w", "items_b"], weights, Mat::zeros((1, 2)));
        let scores = output(&CosineAutoencoder { items, temperature: 0.5 });
        let root = std::f64::consts::SQRT_2; // 1 / sqrt(2) / 0.5
        assert!((scores - array![[root, root, -root]]).iter().all(|d| d.abs() < 1e-12));
    }

    #[test]
    fn a_longer_row_counts_more_in_the_user_and_not_in_its_own_score() {
        let scores_with = |length: f64| {
            let weights = array![[length, 0.0], [0.0, 1.0], [1.0, 1.0]];
            let items = Linear::new(["items_w", "items_b"], weights, Mat::zeros((1, 2)));
            output(&CosineAutoencoder { items, temperature: 1.0 })
        };
        let (even, longer) = (scores_with(1.0), scores_with(4.0));
        assert!(longer[(0, 0)] > even[(0, 0)] && longer[(0, 1)] < even[(0, 1)]);
        assert!(longer.iter().all(|&score| score <= 1.0));
    }

    #[test]
    fn the_gradient_of_the_shared_matrix_is_that_of_both_its_uses() {
        let input = Arc::new(Sparse::new((2, 3), vec![0, 2, 3], vec![0, 1, 2], vec![0.7, 0.7, 1.0]));
        gradcheck([(3, 2)], |tape, [w]| {
            let bias = tape.constant(Mat::zeros((1, 2)));
            tape.sparse_affine(&input, w, bias).l2_normalize().matmul_t(w.l2_normalize()).exp()
        })
        .unwrap();
    }

    #[test]
    fn rows_start_with_the_same_length_for_every_width() {
        for latent in [16, 256] {
            let network = CosineAutoencoder::<f64>::new(500, latent, 1.0, &mut SmallRng::seed_from_u64(1));
            let tape = Tape::new();
            let weights = network.items.weights(&tape).value().unwrap().clone();
            let mean = weights.map(|w| w * w).sum() / 500.0;
            assert!((mean - 1.0 / 3.0).abs() < 0.02, "{mean}");
        }
    }
}
