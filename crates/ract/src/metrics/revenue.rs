//! What the hits cost together.

use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "revenue",
    about: "the sum of the prices of the hits; the prices are invented: log-normal, drawn once for each item",
    is_unbounded: true,
    judges: Judges::Hits,
    of,
};

/// The sum of [`ItemFacts::price`](super::ItemFacts::price) over the hits.
fn of(user: Ranked<'_>, k: usize) -> f64 {
    user.hit_ranks(k).map(|rank| user.facts.price(user.items[rank - 1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;
    use ract_data::Interactions;

    #[test]
    fn the_revenue_is_the_sum_of_the_prices_of_the_hits() {
        let facts = ItemFacts::of(&Interactions::from_rows(3, [vec![0]]), &[]);
        let user = Ranked { hits: &[true, false, true], items: &[2, 1, 0], wanted: &[0, 2], facts: &facts };
        assert_eq!(of(user, 3), facts.price(2) + facts.price(0));
        assert_eq!(of(user, 2), facts.price(2));
    }
}
