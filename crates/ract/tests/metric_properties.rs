//! What is true of every metric, on rankings that are drawn at random, with many ties.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ndarray::Array2;
use proptest::prelude::*;
use ract::metrics::{Candidates, ItemFacts, Judges, METRICS, Metric, RankingMetric, score_users};
use ract_data::Interactions;

/// What an item is to a user.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Seen,
    HeldOut,
    Candidate,
    Other,
}

/// Users with the score of each item, and what the item is to them.
#[derive(Clone, Debug)]
struct Users {
    /// Quarters, so that sums are exact and ties stay ties.
    scores: Vec<Vec<f32>>,
    items: Vec<Vec<Item>>,
    /// Whether only candidates are ranked.
    among: bool,
    k: usize,
}

fn quarters(range: std::ops::Range<i16>) -> impl Strategy<Value = f32> {
    range.prop_map(|number| f32::from(number) / 4.0)
}

fn users() -> impl Strategy<Value = Users> {
    let item = prop_oneof![Just(Item::Seen), Just(Item::HeldOut), Just(Item::Candidate), Just(Item::Other)];
    (1_usize..20, 1_usize..150).prop_flat_map(move |(users, items)| {
        let scores = prop::collection::vec(prop::collection::vec(quarters(-12..12), items), users);
        let kinds = prop::collection::vec(prop::collection::vec(item.clone(), items), users);
        (scores, kinds, any::<bool>(), 1_usize..160).prop_map(|(scores, items, among, k)| Users {
            scores,
            items,
            among,
            k,
        })
    })
}

impl Users {
    /// The values of all metrics: users x metrics.
    fn values(&self) -> Array2<f64> {
        let n_items = self.items[0].len();
        let rows = |wanted: &[Item]| {
            let row = |items: &Vec<Item>| -> Vec<u32> {
                (0..).zip(items).filter(|(_, item)| wanted.contains(item)).map(|(place, _)| place).collect()
            };
            Interactions::from_rows(n_items, self.items.iter().map(row))
        };
        let (seen, candidates) = (rows(&[Item::Seen]), rows(&[Item::HeldOut, Item::Candidate]));
        let pool = if self.among { Candidates::Among(&candidates) } else { Candidates::AllBut(&seen) };
        let scores = Array2::from_shape_vec((self.scores.len(), n_items), self.scores.concat()).unwrap();
        // All items are equally popular.
        let facts = ItemFacts::of(&Interactions::from_rows(n_items, [(0..n_items as u32).collect(), vec![]]), &[]);
        score_users(|user| scores.row(user), pool, &rows(&[Item::HeldOut]), &self.metrics(), &facts)
    }

    /// The metrics in which every hit counts the same here. In revenue and sales it does not: items differ.
    fn metrics(&self) -> Vec<Metric> {
        let of_hits =
            METRICS.iter().filter(|entry| entry.judges == Judges::Hits && !["revenue", "sales"].contains(&entry.name));
        of_hits.map(|entry| format!("{}@{}", entry.name, self.k).parse().unwrap()).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_value_of_every_metric_is_within_its_bounds(users in users()) {
        for (metric, column) in users.metrics().iter().zip(users.values().columns()) {
            for (&value, items) in column.iter().zip(&users.items) {
                let held_out = items.iter().filter(|item| **item == Item::HeldOut).count();
                // The largest gain that is discounted: a hit at each of the first ranks.
                let hits = held_out.min(users.k);
                let most = if metric.is_unbounded() { (1..=hits).map(|rank| 1.0 / ((rank + 1) as f64).log2()).sum() } else { 1.0 };
                prop_assert!(value >= 0.0 && value <= most + 1e-12, "{} is {}", metric, value);
                prop_assert!(held_out > 0 || value == 0.0, "{} is {}, and nothing is held out", metric, value);
            }
        }
    }

    #[test]
    fn the_order_of_the_users_changes_no_value(
        (users, order) in users().prop_flat_map(|users| {
            let order: Vec<usize> = (0..users.scores.len()).collect();
            (Just(users), Just(order).prop_shuffle())
        }),
    ) {
        let mut other = users.clone();
        other.scores = order.iter().map(|&user| users.scores[user].clone()).collect();
        other.items = order.iter().map(|&user| users.items[user].clone()).collect();
        let (values, others) = (users.values(), other.values());
        for (row, &user) in order.iter().enumerate() {
            prop_assert_eq!(others.row(row), values.row(user));
        }
    }

    #[test]
    fn a_constant_that_is_added_to_all_scores_changes_no_value(users in users(), constant in quarters(-4000..4000)) {
        let mut other = users.clone();
        other.scores.iter_mut().flatten().for_each(|score| *score += constant);
        prop_assert_eq!(other.values(), users.values());
    }

    #[test]
    fn no_value_falls_when_a_held_out_item_is_moved_up(users in users(), place: prop::sample::Index, by in quarters(0..24)) {
        let mut other = users.clone();
        for (scores, items) in other.scores.iter_mut().zip(&users.items) {
            let held_out: Vec<_> = (0..items.len()).filter(|&item| items[item] == Item::HeldOut).collect();
            if !held_out.is_empty() {
                scores[*place.get(&held_out)] += by;
            }
        }
        for (before, after) in users.values().iter().zip(&other.values()) {
            prop_assert!(*after >= *before - 1e-12, "{} became {}", before, after);
        }
    }
}
