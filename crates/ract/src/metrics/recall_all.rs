//! Recall, as the graph papers count it.

use super::{MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "recall-all",
    about: "hits, divided by the number of all held-out items",
    is_unbounded: false,
    of,
};

/// The number of hits among the first k, divided by the number of held-out items, which may exceed k (He et al.,
/// LightGCN, SIGIR 2020, and those who use its splits). [`recall`](super::recall) divides by the smaller of both.
fn of(user: Ranked<'_>, k: usize) -> f64 {
    user.hit_ranks(k).count() as f64 / user.held_out.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_with_more_held_out_items_than_ranks_cannot_reach_1() {
        let user = Ranked { hits: &[true, true], items: &[1, 2], held_out: 8 };
        assert_eq!((of(user, 1), of(user, 2)), (0.125, 0.25));
    }
}
