//! The losses that can train an actor.

use crate::boundary::{at_items, boundaries};
use ndarray::Axis;
use ract_autodiff::{Mat, Scalar, Sparse, Var};
use std::sync::Arc;

/// The settings of [`Loss::SlAtK`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlAtK {
    /// K.
    pub k: usize,
    /// The temperature of the weights, `t_w`.
    pub weight_temperature: f64,
    /// The temperature of the differences of scores, `t_d`.
    pub temperature: f64,
}

/// A loss of each user's scores, given all of the user's items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Multinomial likelihood: `-sum_i x_i log softmax(s)_i` (Liang et al., WWW 2018).
    Nll,
    /// `sum_i (1 + (w - 1) x_i) (x_i - s_i)^2` (Hu, Koren and Volinsky, ICDM 2008).
    SquaredError {
        /// `w`.
        positive_weight: f64,
    },
    /// Listwise WARP (Weston, Bengio and Usunier, IJCAI 2011).
    Warp,
    /// LambdaRank for NDCG (Burges, Ragno and Le, NIPS 2006).
    LambdaRank,
    /// Softmax loss at K (Yang et al., KDD 2025): `sum_i x_i sigmoid((s_i - beta) / t_w) log sum_j exp((s_j - s_i) / t_d)`. The boundary
    /// beta is the K-th largest score, found at every step. The weights, with the boundary in them, are constants in the gradient: otherwise
    /// the loss falls most easily when the user's items fall below the boundary.
    SlAtK(SlAtK),
}

impl Loss {
    /// The loss of each user, B x 1, for scores and items of B x I. Its node has the loss's name.
    pub fn of<'t, T: Scalar>(self, scores: Var<'t, T>, items: &Arc<Sparse<T>>) -> Var<'t, T> {
        self.nameless(scores, items).named(self.name())
    }

    /// The same, without a name for its node.
    pub fn nameless<'t, T: Scalar>(self, scores: Var<'t, T>, items: &Arc<Sparse<T>>) -> Var<'t, T> {
        match self {
            Self::Nll => scores.multinomial_nll(items),
            Self::SquaredError { positive_weight } => scores.weighted_squared_error(items, T::of(positive_weight)),
            Self::Warp => scores.warp(items),
            Self::LambdaRank => scores.lambda_rank(items),
            Self::SlAtK(settings) => settings.of(scores, items),
        }
    }

    /// The name in histories and on the tape.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nll => "nll",
            Self::SquaredError { .. } => "squared_error",
            Self::Warp => "warp",
            Self::LambdaRank => "lambda_rank",
            Self::SlAtK(_) => "sl_at_k",
        }
    }
}

/// K is 20 and the temperatures are 1.
impl Default for SlAtK {
    fn default() -> Self {
        Self { k: 20, weight_temperature: 1.0, temperature: 1.0 }
    }
}

impl SlAtK {
    fn of<'t, T: Scalar>(self, scores: Var<'t, T>, items: &Arc<Sparse<T>>) -> Var<'t, T> {
        match scores.value() {
            Ok(values) => self.weighted(scores, self.weights(values, items)),
            Err(_) => scores, // the tape remembers the error
        }
    }

    /// `x_i sigmoid((s_i - beta) / t_w)`, B x I.
    fn weights<T: Scalar>(self, scores: &Mat<T>, items: &Sparse<T>) -> Mat<T> {
        let mut weights = at_items(items);
        let per_temperature = T::of(1.0 / self.weight_temperature);
        let boundaries = boundaries(scores, self.k, None);
        for (user, boundary) in boundaries.into_iter().enumerate() {
            let range = items.indptr().outer_inds_sz(user);
            for &item in &items.indices()[range] {
                let above = (scores[(user, item as usize)] - boundary.score) * per_temperature;
                weights[(user, item as usize)] /= T::one() + (-above).exp();
            }
        }
        weights
    }

    /// `sum_i w_i log sum_j exp((s_j - s_i) / t_d)` with constant weights, B x 1.
    fn weighted<T: Scalar>(self, scores: Var<'_, T>, weights: Mat<T>) -> Var<'_, T> {
        let shares = scores.scale(T::of(1.0 / self.temperature)).log_softmax();
        -(scores.tape().constant(weights) * shares).sum_axis(Axis(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use ract_autodiff::Tape;
    use ract_autodiff::gradcheck::gradcheck;

    const SL: SlAtK = SlAtK { k: 2, weight_temperature: 0.5, temperature: 2.0 };

    #[test]
    fn sl_at_k_is_the_published_sum() {
        let scores = [0.5, -1.0, 2.0, 1.0];
        let items = Arc::new(Sparse::new((1, 4), vec![0, 2], vec![0, 3], vec![1.0; 2]));
        let tape = Tape::<f64>::new();
        let found = Loss::SlAtK(SL).of(tape.input(array![scores]), &items).scalar().unwrap();
        let of_item = |item: usize| {
            let beta = 1.0; // the second largest
            let weight = 1.0 / (1.0 + (-(scores[item] - beta) / 0.5_f64).exp());
            weight * scores.iter().map(|s| ((s - scores[item]) / 2.0).exp()).sum::<f64>().ln()
        };
        assert!((found - of_item(0) - of_item(3)).abs() < 1e-12);
    }

    #[test]
    fn the_gradient_of_sl_at_k_is_that_of_its_formula_with_constant_weights() {
        let weights = array![[0.3, 0.0, 0.0, 0.9], [0.0, 0.5, 0.0, 0.0]];
        gradcheck([(2, 4)], |_, [s]| SL.weighted(s, weights.clone())).unwrap();
        // A step against the gradient raises the user's items at the boundary and lowers the others.
        let items = Arc::new(Sparse::new((1, 4), vec![0, 2], vec![0, 3], vec![1.0; 2]));
        let tape = Tape::<f64>::new();
        let scores = tape.input(array![[-1.0, 0.5, 2.0, 1.0]]);
        let gradient = Loss::SlAtK(SL).of(scores, &items).backward([scores]).unwrap();
        let gradient = gradient.get(scores).unwrap();
        assert!(gradient[(0, 3)] < 0.0 && gradient[(0, 1)] > 0.0 && gradient[(0, 2)] > 0.0, "{gradient}");
    }
}
