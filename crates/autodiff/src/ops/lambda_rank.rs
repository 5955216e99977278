//! LambdaRank for NDCG (Burges, Ragno and Le, NIPS 2006).

use super::listwise;
use crate::kernels::pairs::{self, Ranked, Sums};
use crate::{Scalar, Sparse, Var};
use std::sync::Arc;

/// Of one user, in O(P I) and memory of O(I): `sum_(p, n) w_pn log(1 + exp(s_n - s_p))` over pairs of a positive and a
/// negative. The weight is the change of NDCG when the two change places,
/// `w_pn = |1 / log2(1 + rank_p) - 1 / log2(1 + rank_n)| / IDCG`, a constant. With `lambda_pn = w_pn / (1 + exp(s_p - s_n))`:
/// `ds_p = -sum_n lambda_pn`, `ds_n = sum_p lambda_pn`.
fn lambda_rank<T: Scalar>(scores: &[T], positives: &[usize], of_ranks: &[T], lambdas: &mut [T]) -> T {
    let order = T::by_score(scores);
    let Some(best) = order.first().map(|&best| scores[best as usize]) else { return T::zero() };
    let mut is_positive = vec![false; scores.len()];
    positives.iter().for_each(|&item| is_positive[item] = true);
    let places: Vec<usize> = (0..order.len()).filter(|&place| is_positive[order[place] as usize]).collect();
    let above: Vec<usize> = places.iter().zip(0..).map(|(place, better_positives)| place - better_positives).collect();
    let (negatives, of_negatives) = (without(&order, &places), without(of_ranks, &places));
    let positives: Vec<u32> = places.iter().map(|&place| order[place]).collect();
    let of_positives = places.iter().map(|&place| of_ranks[place]).collect();
    let scores_of = |items: &[u32]| items.iter().map(|&item| scores[item as usize]).collect();
    let these = Ranked::new(scores_of(&positives), of_positives, best);
    let others = Ranked::new(scores_of(&negatives), of_negatives, best);
    let Sums { pushed, push, loss } = pairs::sums(&these, &above, &others, best);

    let ideal: T = of_ranks[..positives.len()].iter().copied().sum();
    let per_ideal = if positives.is_empty() { T::zero() } else { T::one() / ideal };
    for (item, pushed) in positives.into_iter().zip(pushed) {
        lambdas[item as usize] = -pushed * per_ideal;
    }
    for (item, push) in negatives.into_iter().zip(push) {
        lambdas[item as usize] = push * per_ideal;
    }
    loss * per_ideal
}

/// The values but those at the ascending `places`.
fn without<T: Copy>(values: &[T], places: &[usize]) -> Vec<T> {
    let mut rest = Vec::with_capacity(values.len());
    let mut from = 0;
    for &place in places {
        rest.extend_from_slice(&values[from..place]);
        from = place + 1;
    }
    rest.extend_from_slice(&values[from..]);
    rest
}

fn discount<T: Scalar>(rank: u32) -> T {
    T::of(1.0 / libm::log2(f64::from(1 + rank)))
}

impl<T: Scalar> Var<'_, T> {
    /// LambdaRank loss of these scores (B x I) for the items that are there in `positives` (B x I): its gradient is that of
    /// LambdaRank for NDCG. O(P I) per user who has P items, users in parallel. One value per user: B x 1.
    #[must_use]
    pub fn lambda_rank(self, positives: &Arc<Sparse<T>>) -> Self {
        let of_ranks: Vec<T> = (1..=self.shape().cols as u32).map(discount).collect();
        let of_user = move |scores: &[T], positives: &[usize], lambdas: &mut [T]| {
            lambda_rank(scores, positives, &of_ranks, lambdas)
        };
        listwise::apply("lambda_rank", of_user, self, positives)
    }
}
