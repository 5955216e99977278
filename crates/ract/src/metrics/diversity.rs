//! How different the items of a list are.

use super::{Judges, MetricEntry, Ranked};

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "diversity",
    about: "1 - the mean similarity between two items of the list, whether they are hits or not",
    is_unbounded: false,
    judges: Judges::List,
    of,
};

/// The mean over pairs of the first k items of 1 - [`ItemFacts::similarity`](super::ItemFacts::similarity). A list of one item has 0.
fn of(user: Ranked<'_>, k: usize) -> f64 {
    let items = &user.items[..k.min(user.items.len())];
    let pairs = items.iter().enumerate().flat_map(|(place, &a)| items[..place].iter().map(move |&b| (a, b)));
    let (count, sum) =
        pairs.fold((0.0, 0.0), |(count, sum), (a, b)| (count + 1.0, sum + 1.0 - user.facts.similarity(a, b)));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::ItemFacts;
    use ract_data::Interactions;

    #[test]
    fn a_list_of_items_with_the_same_users_has_no_diversity() {
        let rows: Vec<Vec<u32>> = (0..64).map(|user| if user % 2 == 0 { vec![0, 1] } else { vec![2] }).collect();
        let facts = ItemFacts::of(&Interactions::from_rows(3, rows), &["diversity@2".parse().unwrap()]);
        let of = |items: &[u32]| super::of(Ranked { hits: &[false; 2], items, wanted: &[], facts: &facts }, 2);
        assert!(of(&[0, 1]) < 1e-6 && of(&[0, 2]) > 0.5);
        assert_eq!(of(&[0]), 0.0);
    }
}
