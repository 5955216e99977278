//! Each user's best items, and which of them were held out.

use super::RankingMetric;
use ndarray::{Array2, ArrayView1, Axis};
use ract_data::Interactions;
use rayon::prelude::*;
use std::cmp::Reverse;

/// Items that are compared with the threshold at once.
const BLOCK: usize = 64;
/// Users that one task ranks, one after the other in the same buffers.
const USERS_PER_TASK: usize = 16;

/// The head of one user's ranking.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a> {
    /// For each of the first ranks, whether the item there was held out.
    pub hits: &'a [bool],
    /// For each of the first ranks, the item there.
    pub items: &'a [u32],
    /// How many items were held out.
    pub held_out: usize,
}

/// `metrics` (columns) of all users (rows), whose rows of item scores `scores_of` gives. Items that a user has in `seen`
/// are left out of the ranking; those in `wanted` are hits. Of equal scores the item with the smaller number ranks first.
pub fn score_users<'a>(
    scores_of: impl Fn(usize) -> ArrayView1<'a, f32> + Sync,
    seen: &Interactions,
    wanted: &Interactions,
    metrics: &[impl RankingMetric],
) -> Array2<f64> {
    let depth = metrics.iter().map(|metric| metric.depth()).max().unwrap_or(0).min(seen.n_items());
    let mut values = Array2::zeros((seen.n_users(), metrics.len()));
    values.axis_chunks_iter_mut(Axis(0), USERS_PER_TASK).into_par_iter().enumerate().for_each(|(task, mut values)| {
        let (mut best, mut hits, mut items) = (Vec::new(), Vec::new(), Vec::new());
        for (user, mut values) in (task * USERS_PER_TASK..).zip(values.rows_mut()) {
            let wanted = wanted.items(user);
            let scores = scores_of(user);
            match scores.as_slice() {
                Some(scores) => rank_keys(scores, seen.items(user), depth, &mut best),
                None => rank_keys(&scores.to_vec(), seen.items(user), depth, &mut best),
            }
            hits.clear();
            hits.extend(best.iter().map(|&key| wanted.binary_search(&item_of(key)).is_ok()));
            items.clear();
            items.extend(best.iter().map(|&key| item_of(key)));
            let ranked = Ranked { hits: &hits, items: &items, held_out: wanted.len() };
            values.iter_mut().zip(metrics).for_each(|(value, metric)| *value = metric.of(ranked));
        }
    });
    values
}

/// The [`key`]s of the `depth` best items in `best`, best first, without those in `seen` (ascending). A score that is not a
/// number is never ranked.
fn rank_keys(scores: &[f32], seen: &[u32], depth: usize, best: &mut Vec<u64>) {
    best.clear();
    if depth == 0 {
        return;
    }
    // Almost all blocks fall to one comparison; the few items that pass are gathered, and the best of them kept.
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

/// Score and item as one number, larger for a better rank: first by the score, then by the smaller item.
fn key(score: f32, item: u32) -> u64 {
    let bits = (score + 0.0).to_bits(); // -0 becomes 0: the two are equal
    // As `f32::total_cmp` orders them: negative numbers from back to front, below all others.
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
    fn the_head_of_the_ranking_is_that_of_a_full_sort() {
        for (items, depth) in [(50, 1), (50, 7), (50, 50), (50, 80), (3000, 100)] {
            // Few different values, so that ties abound.
            let scores: Vec<f32> = (0..items).map(|i| ((i * 7919 + 13) % 101) as f32 - 50.0).collect();
            let seen: Vec<u32> = (0..items as u32).filter(|i| i % 7 == 3).collect();
            let mut sorted: Vec<_> = scores.iter().copied().zip(0..).filter(|(_, i)| !seen.contains(i)).collect();
            sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            sorted.truncate(depth);
            assert_eq!(rank(&scores, &seen, depth), sorted, "{items} items, {depth} deep");
        }
    }

    #[test]
    fn minus_zero_is_no_worse_than_zero() {
        assert_eq!(rank(&[-0.0, 0.0, -0.0], &[], 2), [(0.0, 0), (0.0, 1)]);
    }

    #[test]
    fn a_score_that_is_not_a_number_is_never_ranked() {
        assert_eq!(rank(&[1.0, f32::NAN, 2.0], &[], 3), [(2.0, 2), (1.0, 0)]);
    }
}
