//! Discounted cumulative gain.

use super::{MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "dcg",
    about: "discounted cumulative gain: a hit at rank r counts 1 / log2(r + 1)",
    is_unbounded: true,
    of: dcg,
};

/// Each hit at rank r (from 1) of the first k counts `1 / log2(r + 1)`.
pub(super) fn dcg(user: Ranked<'_>, k: usize) -> f64 {
    user.hit_ranks(k).map(discount).sum()
}

/// What a hit at `rank` (from 1) counts.
pub(super) fn discount(rank: usize) -> f64 {
    1.0 / ((rank + 1) as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_count_less_further_down() {
        let user = Ranked { hits: &[true, false, true], items: &[1, 2, 3], held_out: 5 };
        assert_eq!((dcg(user, 2), dcg(user, 3)), (1.0, 1.5));
    }
}
