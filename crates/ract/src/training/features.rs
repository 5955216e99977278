//! What the critic sees of a batch.

use super::Trainer;
use crate::config::Feature;
use ndarray::Axis;
use ract_autodiff::{Mat, Sparse, Tape, Var};
use ract_data::{Batch, Interactions};
use ract_models::{Loss, Scored};
use std::sync::Arc;

impl Trainer<'_> {
    /// The critic's features, B x F, in the order of the configuration. Counts and items are constants.
    pub(crate) fn features<'t>(
        &self,
        tape: &'t Tape<f32>,
        batch: &Batch<f32>,
        scored: &Scored<'t, f32>,
    ) -> Var<'t, f32> {
        let columns: Vec<_> =
            self.config.critic.inputs.iter().map(|&feature| self.feature(tape, feature, batch, scored)).collect();
        tape.concat(&columns).named("features")
    }

    fn feature<'t>(
        &self,
        tape: &'t Tape<f32>,
        feature: Feature,
        batch: &Batch<f32>,
        scored: &Scored<'t, f32>,
    ) -> Var<'t, f32> {
        let loss_on = |head: bool| self.actor.loss().of(scored.own, &self.part_of(&batch.items, head));
        match feature {
            Feature::Seen => tape.constant(counts(&batch.seen)).named("seen"),
            Feature::Unseen => tape.constant(counts(&batch.unseen)).named("unseen"),
            Feature::Loss => scored.loss,
            Feature::HeadLoss => loss_on(true).named("head_loss"),
            Feature::TailLoss => loss_on(false).named("tail_loss"),
            Feature::LambdaRank => Loss::LambdaRank.of(scored.scores, &batch.items),
            Feature::ScoreGap => match scored.scores.value() {
                Ok(scores) => {
                    let weights = tape.constant(gap_weights(scores, &batch.items, self.target.depth()));
                    (scored.scores * weights).sum_axis(Axis(1)).named("score_gap")
                }
                Err(_) => scored.loss, // the tape remembers the error
            },
            Feature::Entropy => {
                let log_shares = scored.scores.log_softmax();
                (-(log_shares.exp() * log_shares).sum_axis(Axis(1))).named("entropy")
            }
            Feature::Scores => scored.scores,
            Feature::Items => tape.constant(batch.items.to_dense()).named("items"),
        }
    }

    /// The items of each user that belong to the head, or those that do not.
    fn part_of(&self, items: &Sparse<f32>, head: bool) -> Arc<Sparse<f32>> {
        let (mut ends, mut kept) = (vec![0], Vec::new());
        for row in items.outer_iterator() {
            kept.extend(row.indices().iter().filter(|&&item| self.is_head[item as usize] == head));
            ends.push(kept.len());
        }
        let ones = vec![1.0; kept.len()];
        Arc::new(Sparse::new(items.shape(), ends, kept, ones))
    }
}

/// What the scores' products with are the score gap: a share of each of the user's items, and -1 for the item at `depth` of the
/// ranking of all items, B x I.
fn gap_weights(scores: &Mat<f32>, items: &Sparse<f32>, depth: usize) -> Mat<f32> {
    let mut weights = Mat::zeros(scores.dim());
    let last = depth.clamp(1, scores.ncols().max(1)) - 1;
    for ((scores, mut weights), items) in scores.rows().into_iter().zip(weights.rows_mut()).zip(items.outer_iterator())
    {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        let (_, &mut at_depth, _) = order.select_nth_unstable_by(last, |&a, &b| scores[b].total_cmp(&scores[a]));
        items.indices().iter().for_each(|&item| weights[item as usize] = 1.0 / items.nnz() as f32);
        weights[at_depth] -= 1.0;
    }
    weights
}

/// How many items each user has, B x 1.
pub(super) fn counts(items: &Interactions) -> Mat<f32> {
    Mat::from_shape_fn((items.n_users(), 1), |(user, _)| items.items(user).len() as f32)
}

/// For each item, whether it is one of the most popular ones, which together make up half of all interactions.
pub(super) fn head(train: &Interactions) -> Vec<bool> {
    let users = train.item_counts();
    let mut order: Vec<usize> = (0..users.len()).collect();
    order.sort_by_key(|&item| std::cmp::Reverse(users[item]));
    let (mut is_head, mut covered) = (vec![false; users.len()], 0);
    for item in order {
        if 2 * covered >= train.len() {
            break;
        }
        is_head[item] = true;
        covered += users[item] as usize;
    }
    is_head
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_score_gap_is_from_the_mean_of_the_users_items_to_the_item_at_the_depth() {
        let scores = array![[0.5_f32, 3.0, 2.0, 1.0], [4.0, 1.0, 2.0, 3.0]];
        let items = Sparse::new((2, 4), vec![0, 2, 3], vec![1, 3, 2], vec![1.0; 3]);
        let gaps = |depth| (&scores * &gap_weights(&scores, &items, depth)).sum_axis(Axis(1));
        assert_eq!(gaps(1), array![2.0 - 3.0, 2.0 - 4.0]);
        assert_eq!(gaps(3), array![2.0 - 1.0, 2.0 - 2.0]);
        assert_eq!(gaps(100), array![2.0 - 0.5, 2.0 - 1.0]);
    }

    #[test]
    fn the_head_are_the_fewest_items_with_half_of_all_interactions() {
        let train = Interactions::from_rows(5, [vec![1, 3], vec![1], vec![1, 4], vec![1, 0]]);
        assert_eq!(head(&train), [false, true, false, false, false]);
    }
}
