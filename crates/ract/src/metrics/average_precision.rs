//! Average precision.

use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "ap",
    about: "average precision: the precision at each hit, averaged",
    is_unbounded: false,
    judges: Judges::Hits,
    of,
};

/// The sum of the precisions at each hit among the first k, divided by the smaller of k and the number of held-out
/// items.
fn of(user: Ranked<'_>, k: usize) -> f64 {
    let precisions = (1..).zip(user.hit_ranks(k)).map(|(hits, rank)| f64::from(hits) / rank as f64);
    precisions.sum::<f64>() / user.attainable(k) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;

    #[test]
    fn average_precision_is_the_mean_of_the_precisions_at_the_hits() {
        let user =
            Ranked { hits: &[true, false, true], items: &[1, 2, 3], wanted: &[1, 3], facts: &ItemFacts::default() };
        assert!((of(user, 3) - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }
}
