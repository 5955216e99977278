//! The losses that can train an actor.

use ract_autodiff::{Scalar, Sparse, Var};
use std::sync::Arc;

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
        }
    }

    /// The name in histories and on the tape.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nll => "nll",
            Self::SquaredError { .. } => "squared_error",
            Self::Warp => "warp",
            Self::LambdaRank => "lambda_rank",
        }
    }
}
