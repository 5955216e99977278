//! NDCG whose gains are the self-information of the items.

use super::dcg::discount;
use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "novelty-ndcg",
    about: "NDCG in which a hit gains the self-information of the item: rare items count more",
    is_unbounded: false,
    judges: Judges::Hits,
    of,
};

/// `sum gain / log2(1 + rank)` over the hits, divided by that of the best list: the held-out items by falling gain. The gain of an item is
/// [`ItemFacts::novelty`](super::ItemFacts::novelty).
fn of(user: Ranked<'_>, k: usize) -> f64 {
    let discounted = |rank: usize, item: u32| user.facts.novelty(item) * discount(rank);
    let found: f64 = user.hit_ranks(k).map(|rank| discounted(rank, user.items[rank - 1])).sum();
    let mut best: Vec<u32> = user.wanted.to_vec();
    best.sort_by(|&a, &b| user.facts.novelty(b).total_cmp(&user.facts.novelty(a)));
    let ideal: f64 = (1..).zip(best).take(k).map(|(rank, item)| discounted(rank, item)).sum();
    if ideal > 0.0 { (found / ideal).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;
    use ract_data::Interactions;

    #[test]
    fn a_rare_hit_is_worth_more_than_a_common_one() {
        // Item 0 has 4 of 8 users, 1 bit; item 1 has 1 of 8, 3 bits.
        let rows: Vec<Vec<u32>> = (0..8).map(|user| if user < 4 { vec![0] } else { vec![2] }).collect();
        let facts = ItemFacts::of(&Interactions::from_rows(3, rows), &[]);
        let of = |hits: &[bool]| super::of(Ranked { hits, items: &[0, 1], wanted: &[0, 1], facts: &facts }, 2);
        let ideal = 3.0 + 1.0 / 3.0_f64.log2();
        assert!((of(&[true, false]) - 1.0 / ideal).abs() < 1e-12);
        assert!((of(&[false, true]) - 3.0 / 3.0_f64.log2() / ideal).abs() < 1e-12);
    }
}
