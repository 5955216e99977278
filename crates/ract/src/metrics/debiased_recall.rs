//! Recall in which rare items count more.

use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "debiased-recall",
    about: "recall in which a hit counts by the inverse of its popularity, to the power 1/2",
    is_unbounded: false,
    judges: Judges::Hits,
    of,
};

/// The weights of the hits, divided by those of the k weightiest held-out items. The weight of an item is
/// [`ItemFacts::inverse_propensity`](super::ItemFacts::inverse_propensity).
fn of(user: Ranked<'_>, k: usize) -> f64 {
    let found: f64 = user.hit_ranks(k).map(|rank| user.facts.inverse_propensity(user.items[rank - 1])).sum();
    let mut weights: Vec<f64> = user.wanted.iter().map(|&item| user.facts.inverse_propensity(item)).collect();
    weights.sort_by(|a, b| b.total_cmp(a));
    let most: f64 = weights.iter().take(k).sum();
    if most > 0.0 { (found / most).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;
    use ract_data::Interactions;

    #[test]
    fn a_hit_counts_by_the_root_of_how_rare_it_is() {
        let rows: Vec<Vec<u32>> = (0..9).map(|user| if user == 0 { vec![0, 1] } else { vec![1] }).collect();
        let facts = ItemFacts::of(&Interactions::from_rows(2, rows), &[]);
        let of = |hits: &[bool], k| super::of(Ranked { hits, items: &[1, 0], wanted: &[0, 1], facts: &facts }, k);
        assert!((of(&[true, false], 2) - (1.0 / 3.0) / (1.0 + 1.0 / 3.0)).abs() < 1e-12);
        assert!((of(&[true, false], 1) - 1.0 / 3.0).abs() < 1e-12, "one rank could have had the rare item");
        assert!((of(&[true, true], 2) - 1.0).abs() < 1e-12);
    }
}
