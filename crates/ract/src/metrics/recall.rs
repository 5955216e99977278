//! Recall.

use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "recall",
    about: "hits, divided by the smaller of k and the number of held-out items",
    is_unbounded: false,
    judges: Judges::Hits,
    of,
};

/// The number of hits among the first k, divided by the smaller of k and the number of held-out items (Liang et al.,
/// WWW 2018).
fn of(user: Ranked<'_>, k: usize) -> f64 {
    user.hit_ranks(k).count() as f64 / user.attainable(k) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;

    #[test]
    fn recall_is_the_share_of_the_hits_that_are_possible_in_k_ranks() {
        let user = Ranked {
            hits: &[true, false, true, false],
            items: &[1, 2, 3, 4],
            wanted: &[1, 3, 5],
            facts: &ItemFacts::default(),
        };
        assert_eq!((of(user, 1), of(user, 2), of(user, 4)), (1.0, 0.5, 2.0 / 3.0));
    }
}
