//! Recall, as the graph papers count it.

use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "recall-all",
    about: "hits, divided by the number of all held-out items",
    is_unbounded: false,
    judges: Judges::Hits,
    of,
};

/// The number of hits among the first k, divided by the number of held-out items, which may exceed k (He et al.,
/// LightGCN, SIGIR 2020, and those who use its splits). [`recall`](super::recall) divides by the smaller of both.
fn of(user: Ranked<'_>, k: usize) -> f64 {
    user.hit_ranks(k).count() as f64 / user.wanted.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;

    #[test]
    fn a_user_with_more_held_out_items_than_ranks_cannot_reach_1() {
        let user = Ranked {
            hits: &[true, true],
            items: &[1, 2],
            wanted: &[1, 2, 3, 4, 5, 6, 7, 8],
            facts: &ItemFacts::default(),
        };
        assert_eq!((of(user, 1), of(user, 2)), (0.125, 0.25));
    }
}
