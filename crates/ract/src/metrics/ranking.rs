//! Each user's best items, and which of them were held out.

use super::Metric;
use ndarray::{Array2, ArrayView1, Axis};
use ract_data::Interactions;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Users that one task ranks, one after the other in the same buffers.
const USERS_PER_TASK: usize = 16;

/// The head of one user's ranking.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a> {
    /// For each of the first ranks, whether the item there was held out.
    pub hits: &'a [bool],
    /// How many items were held out.
    pub held_out: usize,
}

/// `metrics` (columns) of all users (rows), whose rows of item scores `scores_of` gives. Items that a user has in `seen`
/// are left out of the ranking; those in `wanted` are hits. Of equal scores the item with the smaller number ranks first.
pub fn score_users<'a>(
    scores_of: impl Fn(usize) -> ArrayView1<'a, f32> + Sync,
    seen: &Interactions,
    wanted: &Interactions,
    metrics: &[Metric],
) -> Array2<f64> {
    let depth = metrics.iter().map(|metric| metric.k()).max().unwrap_or(0).min(seen.n_items());
    let mut values = Array2::zeros((seen.n_users(), metrics.len()));
    values.axis_chunks_iter_mut(Axis(0), USERS_PER_TASK).into_par_iter().enumerate().for_each(|(task, mut values)| {
        let (mut best, mut hits) = (Vec::new(), Vec::new());
        for (user, mut values) in (task * USERS_PER_TASK..).zip(values.rows_mut()) {
            let wanted = wanted.items(user);
            rank(scores_of(user).iter().copied(), seen.items(user), depth, &mut best);
            hits.clear();
            hits.extend(best.iter().map(|(_, item)| wanted.binary_search(item).is_ok()));
            let ranked = Ranked { hits: &hits, held_out: wanted.len() };
            values.iter_mut().zip(metrics).for_each(|(value, metric)| *value = metric.of(ranked));
        }
    });
    values
}

/// The `depth` best items with their scores in `best`, best first, without those in `seen` (ascending). A score that is
/// not a number is never ranked.
pub fn rank(scores: impl Iterator<Item = f32>, seen: &[u32], depth: usize, best: &mut Vec<(f32, u32)>) {
    best.clear();
    if depth == 0 {
        return;
    }
    // Almost all scores fall to one comparison; the few that pass are gathered, and the best of them kept.
    let mut threshold = f32::NEG_INFINITY;
    let mut seen = seen.iter().copied().peekable();
    for (item, score) in (0..).zip(scores) {
        let passes = score > threshold || (best.len() < depth && score == threshold);
        if seen.next_if_eq(&item).is_some() || !passes {
            continue;
        }
        best.push((score, item));
        if best.len() == 2 * depth {
            best.select_nth_unstable_by(depth - 1, by_rank);
            best.truncate(depth);
            threshold = best[depth - 1].0;
        }
    }
    best.sort_unstable_by(by_rank);
    best.truncate(depth);
}

fn by_rank(a: &(f32, u32), b: &(f32, u32)) -> Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_the_ranking_is_that_of_a_full_sort() {
        for (items, depth) in [(50, 1), (50, 7), (50, 50), (50, 80), (3000, 100)] {
            // Few different values, so that ties abound.
            let scores: Vec<f32> = (0..items).map(|i| ((i * 7919 + 13) % 101) as f32).collect();
            let seen: Vec<u32> = (0..items as u32).filter(|i| i % 7 == 3).collect();
            let mut sorted: Vec<_> = scores.iter().copied().zip(0..).filter(|(_, i)| !seen.contains(i)).collect();
            sorted.sort_by(by_rank);
            sorted.truncate(depth);
            let mut best = Vec::new();
            rank(scores.iter().copied(), &seen, depth, &mut best);
            assert_eq!(best, sorted, "{items} items, {depth} deep");
        }
    }

    #[test]
    fn a_score_that_is_not_a_number_is_never_ranked() {
        let mut best = Vec::new();
        rank([1.0, f32::NAN, 2.0].into_iter(), &[], 3, &mut best);
        assert_eq!(best, [(2.0, 2), (1.0, 0)]);
    }
}
