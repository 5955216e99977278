//! Discounted cumulative gain.

use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "dcg",
    about: "discounted cumulative gain: a hit at rank r counts 1 / log2(r + 1)",
    is_unbounded: true,
    judges: Judges::Hits,
    of: dcg,
};

/// The sum of `1 / log2(r + 1)` over the hits among the first k, where r is the rank of a hit, counted from 1.
pub(super) fn dcg(user: Ranked<'_>, k: usize) -> f64 {
    user.hit_ranks(k).map(discount).sum()
}

/// The gain of a hit at `rank`, counted from 1.
pub(super) fn discount(rank: usize) -> f64 {
    1.0 / libm::log2((rank + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;

    #[test]
    fn a_hit_at_a_lower_rank_counts_less() {
        let user = Ranked {
            hits: &[true, false, true],
            items: &[1, 2, 3],
            wanted: &[1, 3, 5, 6, 7],
            facts: &ItemFacts::default(),
        };
        assert_eq!((dcg(user, 2), dcg(user, 3)), (1.0, 1.5));
    }
}
