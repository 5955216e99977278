//! Normalised discounted cumulative gain.

use super::dcg::{dcg, discount};
use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "ndcg",
    about: "discounted cumulative gain, as a share of the best possible",
    is_unbounded: false,
    judges: Judges::Hits,
    of,
};

/// A lower bound for the ideal DCG, so that a user with nothing held out scores 0.
const IDEAL_FLOOR: f64 = 0.1;

/// `DCG@k / IDCG@k` (Järvelin and Kekäläinen, TOIS 2002). The ideal list has a hit at each of its first
/// `min(k, held out)` ranks.
fn of(user: Ranked<'_>, k: usize) -> f64 {
    let ideal: f64 = (1..=user.wanted.len().min(k)).map(discount).sum();
    dcg(user, k) / ideal.max(IDEAL_FLOOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;

    #[test]
    fn with_one_held_out_item_a_hit_at_rank_2_scores_its_discount() {
        let user = Ranked { hits: &[false, true], items: &[4, 7], wanted: &[7], facts: &ItemFacts::default() };
        assert!((of(user, 2) - 1.0 / 3.0_f64.log2()).abs() < 1e-12);
        assert_eq!(of(user, 1), 0.0);
    }
}
