//! The ranking of each user's items, and which of the ranked items were held out.

use super::{ItemFacts, RankingMetric};
use ndarray::{Array2, ArrayView1, Axis};
use ract_data::{Batch, Interactions};
use rayon::prelude::*;
use std::cmp::Reverse;

/// The number of items that are compared with the threshold at once.
const BLOCK: usize = 64;
/// The number of users that one task ranks, one after the other, in the same buffers.
const USERS_PER_TASK: usize = 16;

/// The first ranks of one user's ranking.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a> {
    /// For each of the first ranks, whether the item there was held out.
    pub hits: &'a [bool],
    /// For each of the first ranks, the item there.
    pub items: &'a [u32],
    /// The items that were held out, ascending.
    pub wanted: &'a [u32],
    /// Facts of the items.
    pub facts: &'a ItemFacts,
}

impl Ranked<'_> {
    /// The ranks of the hits among the first k, ascending, counted from 1.
    pub fn hit_ranks(&self, k: usize) -> impl Iterator<Item = usize> {
        (1..).zip(self.hits.iter().take(k)).filter_map(|(rank, &hit)| hit.then_some(rank))
    }

    /// The largest possible number of hits in the first k ranks: the smaller of k and the number of held-out items. It
    /// is at least 1, so that it can be a divisor.
    pub fn attainable(&self, k: usize) -> usize {
        self.wanted.len().min(k).max(1)
    }
}

/// Which items are ranked. Row i belongs to user i of the ranked users.
#[derive(Clone, Copy, Debug)]
pub enum Candidates<'a> {
    /// All items, except those that the user has here.
    AllBut(&'a Interactions),
    /// Only the items that the user has here.
    Among(&'a Interactions),
}

impl<'a> Candidates<'a> {
    /// The candidates of a batch if it has any; otherwise, all items except the seen ones.
    pub fn of<T>(batch: &'a Batch<T>) -> Self {
        batch.candidates.as_ref().map_or(Self::AllBut(&batch.seen), Self::Among)
    }
}

/// The values of `metrics` (columns) for all users (rows). `scores_of` gives a user's row of item scores, `pool` says
/// which items are ranked, and the items in `wanted` are hits. Of items with equal scores, the one with the smaller
/// number ranks first.
pub fn score_users<'a>(
    scores_of: impl Fn(usize) -> ArrayView1<'a, f32> + Sync,
    pool: Candidates<'_>,
    wanted: &Interactions,
    metrics: &[impl RankingMetric],
    facts: &ItemFacts,
) -> Array2<f64> {
    let depth = metrics.iter().map(|metric| metric.depth()).max().unwrap_or(0).min(wanted.n_items());
    let mut values = Array2::zeros((wanted.n_users(), metrics.len()));
    values.axis_chunks_iter_mut(Axis(0), USERS_PER_TASK).into_par_iter().enumerate().for_each(|(task, mut values)| {
        let (mut best, mut hits, mut items) = (Vec::new(), Vec::new(), Vec::new());
        for (user, mut values) in (task * USERS_PER_TASK..).zip(values.rows_mut()) {
            let wanted = wanted.items(user);
            let scores = scores_of(user);
            match (pool, scores.as_slice()) {
                (Candidates::AllBut(seen), Some(scores)) => rank_keys(scores, seen.items(user), depth, &mut best),
                (Candidates::AllBut(seen), None) => rank_keys(&scores.to_vec(), seen.items(user), depth, &mut best),
                (Candidates::Among(candidates), _) => rank_among(scores, candidates.items(user), depth, &mut best),
            }
            hits.clear();
            hits.extend(best.iter().map(|&key| wanted.binary_search(&item_of(key)).is_ok()));
            items.clear();
            items.extend(best.iter().map(|&key| item_of(key)));
            let ranked = Ranked { hits: &hits, items: &items, wanted, facts };
            values.iter_mut().zip(metrics).for_each(|(value, metric)| *value = metric.of(ranked));
        }
    });
    values
}

/// What is ranked for one user: the scores of all items; the items that are left out, ascending; and, if only some items are
/// ranked, these.
pub type Pool<'s> = (&'s [f32], Vec<u32>, Option<Vec<u32>>);

/// The `n` best items of each of `users` users, best first, with their scores. Of items with equal scores, the one with the
/// smaller number ranks first; scores that are NaN are never ranked.
pub fn best_items<'s>(users: usize, n: usize, of: impl Fn(usize) -> Pool<'s> + Sync) -> Vec<Vec<(u32, f32)>> {
    let of_user = |best: &mut Vec<u64>, user| {
        let (scores, without, among) = of(user);
        match among {
            None => rank_keys(scores, &without, n, best),
            Some(among) => rank_among(ArrayView1::from(scores), &among, n, best),
        }
        best.iter().map(|&key| (item_of(key), scores[item_of(key) as usize])).collect()
    };
    (0..users).into_par_iter().with_min_len(USERS_PER_TASK).map_init(Vec::new, of_user).collect()
}

/// Writes the [`key`]s of the `depth` best items, without those in `seen` (ascending), to `best`, best first. Scores
/// that are NaN are never ranked.
fn rank_keys(scores: &[f32], seen: &[u32], depth: usize, best: &mut Vec<u64>) {
    best.clear();
    if depth == 0 {
        return;
    }
    // For almost all blocks, one comparison shows that no item can be among the best. The few other items are
    // collected, and the best of them are kept.
    let mut threshold = f32::NEG_INFINITY;
    let mut seen = seen;
    for (block, first) in scores.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        if best.len() >= depth && !block.iter().fold(false, |any, &score| any | (score > threshold)) {
            continue;
        }
        seen = &seen[seen.partition_point(|&item| item < first)..];
        for (&score, item) in block.iter().zip(first..) {
            let passes = score > threshold || (best.len() < depth && score == threshold);
            if !passes || seen.iter().take_while(|&&seen| seen <= item).any(|&seen| seen == item) {
                continue;
            }
            best.push(key(score, item));
            if best.len() == 2 * depth {
                best.select_nth_unstable_by_key(depth - 1, |&key| Reverse(key));
                best.truncate(depth);
                threshold = scores[item_of(best[depth - 1]) as usize];
            }
        }
    }
    best.sort_unstable_by_key(|&key| Reverse(key));
    best.truncate(depth);
}

/// Writes the [`key`]s of the `depth` best of `candidates` to `best`, best first. Scores that are NaN are never ranked.
fn rank_among(scores: ArrayView1<'_, f32>, candidates: &[u32], depth: usize, best: &mut Vec<u64>) {
    best.clear();
    let scored = candidates.iter().map(|&item| (scores[item as usize], item));
    best.extend(scored.filter(|(score, _)| !score.is_nan()).map(|(score, item)| key(score, item)));
    best.sort_unstable_by_key(|&key| Reverse(key));
    best.truncate(depth);
}

/// Score and item as one number, which is larger for a better rank: a higher score comes first, then a smaller item
/// number.
fn key(score: f32, item: u32) -> u64 {
    let bits = (score + 0.0).to_bits(); // -0 becomes 0: the two are equal
    // The order of `f32::total_cmp`: negative numbers are in reverse order, and below all others.
    let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    u64::from(ordered) << 32 | u64::from(!item)
}

fn item_of(key: u64) -> u32 {
    !(key as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The best items with their scores.
    fn rank(scores: &[f32], seen: &[u32], depth: usize) -> Vec<(f32, u32)> {
        let mut keys = Vec::new();
        rank_keys(scores, seen, depth, &mut keys);
        keys.into_iter().map(|key| (scores[item_of(key) as usize], item_of(key))).collect()
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn the_first_ranks_are_those_of_a_full_sort() {
        for (items, depth) in [(50, 1), (50, 7), (50, 50), (50, 80), (3000, 100)] {
            // Few different values, so that there are many ties.
            let scores: Vec<f32> = (0..items).map(|i| ((i * 7919 + 13) % 101) as f32 - 50.0).collect();
            let seen: Vec<u32> = (0..items as u32).filter(|i| i % 7 == 3).collect();
            let mut sorted: Vec<_> = scores.iter().copied().zip(0..).filter(|(_, i)| !seen.contains(i)).collect();
            sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            sorted.truncate(depth);
            assert_eq!(rank(&scores, &seen, depth), sorted, "{items} items, {depth} deep");
        }
    }

    #[test]
    fn only_candidates_are_ranked() {
        use crate::metrics::Metric;
        let (ndcg, recall) = (Metric::ndcg, Metric::recall);
        // Item 3 is the fourth of all items. Among the candidates it is the second, behind item 5: 1 / log2(3) of the
        // ideal 1.
        let scores = Array2::from_shape_vec((1, 6), vec![0.9, 0.1, 0.8, 0.6, f32::NAN, 0.7]).unwrap();
        let rows = |items: &[u32]| Interactions::from_rows(6, [items.to_vec()]);
        let (seen, wanted, candidates) = (rows(&[]), rows(&[3]), rows(&[1, 3, 4, 5]));
        let of = |pool| {
            score_users(
                |user| scores.row(user),
                pool,
                &wanted,
                &[recall(1), recall(2), ndcg(2), ndcg(10)],
                &ItemFacts::default(),
            )
        };
        let at_second = 1.0 / 3.0_f64.log2();
        assert_eq!(of(Candidates::Among(&candidates)), ndarray::array![[0.0, 1.0, at_second, at_second]]);
        assert_eq!(of(Candidates::AllBut(&seen)), ndarray::array![[0.0, 0.0, 0.0, 1.0 / 5.0_f64.log2()]]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn a_random_ranking_of_100_candidates_has_the_held_out_item_in_its_first_10_with_probability_a_tenth() {
        use crate::metrics::{Estimate, Metric};
        use ract_data::random::{Purpose, stream};
        use rand::Rng;
        const USERS: usize = 4000;
        let mut rng = stream(1, Purpose::Noise, 0, 0);
        let scores = Array2::from_shape_simple_fn((USERS, 300), || rng.random::<f32>());
        let candidates = Interactions::from_rows(
            300,
            (0..USERS).map(|u| (0..100).map(|i| (u as u32 + 2 * i) % 300).collect::<Vec<_>>()),
        );
        let wanted = Interactions::from_rows(300, (0..USERS).map(|u| [candidates.items(u)[u % 100]]));
        let metrics = [Metric::recall(10)];
        let found = score_users(
            |user| scores.row(user),
            Candidates::Among(&candidates),
            &wanted,
            &metrics,
            &ItemFacts::default(),
        );
        let hits = Estimate::of(found.column(0).iter().copied());
        assert!((hits.mean - 0.1).abs() < 4.0 * hits.se && hits.se < 0.01, "{hits}");
    }

    #[test]
    fn the_best_items_leave_out_what_is_named_and_can_be_among_a_few() {
        let scores = [0.5, 0.9, 0.1, 0.9, f32::NAN];
        let best = best_items(2, 3, |user| (&scores, vec![1], (user == 1).then(|| vec![0, 2, 4])));
        assert_eq!(best, [[(3, 0.9), (0, 0.5), (2, 0.1)].to_vec(), [(0, 0.5), (2, 0.1)].to_vec()]);
    }

    #[test]
    fn minus_zero_ranks_as_high_as_zero() {
        assert_eq!(rank(&[-0.0, 0.0, -0.0], &[], 2), [(0.0, 0), (0.0, 1)]);
    }

    #[test]
    fn a_score_that_is_nan_is_never_ranked() {
        assert_eq!(rank(&[1.0, f32::NAN, 2.0], &[], 3), [(2.0, 2), (1.0, 0)]);
    }
}
