//! Ranking metrics per user, on held-out items. Either all items except the user's fold-in items are ranked, or only
//! the user's candidates are ranked.
//!
//! One metric per file. To add a metric, write a file beside this one and add a line to [`METRICS`]. A program that
//! uses this crate can add its own metric with [`register`]. Experiment files can then name it, and the critic can
//! learn to predict it.

mod average_precision;
mod dcg;
mod debiased_recall;
mod diversity;
mod facts;
mod ndcg;
mod novelty_ndcg;
mod ranking;
mod recall;
mod recall_all;
mod revenue;
mod sales;
mod significance;
mod summary;

pub use facts::ItemFacts;
pub use ranking::{Candidates, Pool, Ranked, best_items, score_users};
pub use sales::draw_sales;
pub use significance::{Comparison, RESAMPLES, Seeds, holm};
pub use summary::{Estimate, Pooled, correlation, paired_gain};

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

/// A kind of metric: its name, and the function that computes it for one user.
#[derive(Debug)]
pub struct MetricEntry {
    /// The name in experiment files and results, in front of `@k`.
    pub name: &'static str,
    /// What it measures, in a few words.
    pub about: &'static str,
    /// Whether its value can exceed 1.
    pub is_unbounded: bool,
    /// What it looks at.
    pub judges: Judges,
    /// The value for the first k ranks of one user. It is 0 or more. A metric of the hits is 0 when nothing is held out.
    pub of: fn(user: Ranked<'_>, k: usize) -> f64,
}

/// What a metric looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Judges {
    /// Which of the ranked items were held out.
    #[default]
    Hits,
    /// The ranked items themselves, and how alike they are: it needs the items' vectors ([`ItemFacts::similarity`]).
    List,
}

/// The metrics of this crate.
pub static METRICS: &[MetricEntry] = &[
    ndcg::ENTRY,
    dcg::ENTRY,
    recall::ENTRY,
    recall_all::ENTRY,
    average_precision::ENTRY,
    novelty_ndcg::ENTRY,
    debiased_recall::ENTRY,
    revenue::ENTRY,
    sales::ENTRY,
    diversity::ENTRY,
];

/// Metrics that other crates registered.
static REGISTERED: RwLock<Vec<&'static MetricEntry>> = RwLock::new(Vec::new());

/// Registers a metric of another crate. Experiment files and `ract` then accept `name@k` (see
/// `examples/own_metric.rs`).
///
/// # Errors
/// When the name is in use, or is empty, or contains `@`, a comma or a space.
pub fn register(entry: &'static MetricEntry) -> Result<(), String> {
    let name = entry.name;
    if name.is_empty() || name.contains(['@', ',', ' ']) {
        return Err(format!("'{name}' is no name of a metric: write letters, such as mrr"));
    }
    if find(name).is_some() {
        return Err(format!("there is a metric {name} already: give yours another name"));
    }
    REGISTERED.write().unwrap_or_else(PoisonError::into_inner).push(entry);
    Ok(())
}

/// The metrics of this crate and all registered ones.
fn all() -> Vec<&'static MetricEntry> {
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    METRICS.iter().chain(registered.iter().copied()).collect()
}

fn find(name: &str) -> Option<&'static MetricEntry> {
    all().into_iter().find(|entry| entry.name == name)
}

/// A function of one user's ranked list, which a critic can learn to predict. A [`Metric`] is such a function; a caller
/// may supply another, such as a logged outcome.
pub trait RankingMetric: Send + Sync {
    /// How many ranks it looks at.
    fn depth(&self) -> usize;

    /// Whether its value can exceed 1.
    fn is_unbounded(&self) -> bool;

    /// The value for one user, 0 or more.
    fn of(&self, user: Ranked<'_>) -> f64;
}

impl<M: RankingMetric + ?Sized> RankingMetric for &M {
    fn depth(&self) -> usize {
        (**self).depth()
    }

    fn is_unbounded(&self) -> bool {
        (**self).is_unbounded()
    }

    fn of(&self, user: Ranked<'_>) -> f64 {
        (**self).of(user)
    }
}

/// A metric of the first k ranks of one user, such as `ndcg@100`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Metric {
    entry: &'static MetricEntry,
    k: usize,
}

impl Metric {
    /// Normalised discounted cumulative gain.
    pub const fn ndcg(k: usize) -> Self {
        Self { entry: &ndcg::ENTRY, k }
    }

    /// Discounted cumulative gain.
    pub const fn dcg(k: usize) -> Self {
        Self { entry: &dcg::ENTRY, k }
    }

    /// Recall.
    pub const fn recall(k: usize) -> Self {
        Self { entry: &recall::ENTRY, k }
    }

    /// Average precision.
    pub const fn average_precision(k: usize) -> Self {
        Self { entry: &average_precision::ENTRY, k }
    }

    /// The cut-off k.
    pub fn k(self) -> usize {
        self.k
    }

    /// Whether it needs the items' vectors.
    fn needs_vectors(self) -> bool {
        self.entry.judges == Judges::List
    }

    /// The title of a table's column: `NDCG@100`.
    pub fn title(self) -> String {
        self.to_string().to_uppercase()
    }

    fn key(self) -> (&'static str, usize) {
        (self.entry.name, self.k)
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Metric {}

impl PartialOrd for Metric {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Metric {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl RankingMetric for Metric {
    fn depth(&self) -> usize {
        self.k
    }

    fn is_unbounded(&self) -> bool {
        self.entry.is_unbounded
    }

    fn of(&self, user: Ranked<'_>) -> f64 {
        (self.entry.of)(user, self.k)
    }
}

/// The name in configurations and results: `ndcg@100`, `recall@20`, `ap@10`, `dcg@100`.
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.entry.name, self.k)
    }
}

impl FromStr for Metric {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let metric = s.split_once('@').and_then(|(name, k)| {
            let k = k.parse().ok().filter(|&k| k > 0)?;
            Some(Self { entry: find(name)?, k })
        });
        metric.ok_or_else(|| {
            let names: Vec<_> = all().iter().map(|entry| format!("{}@K", entry.name)).collect();
            format!("unknown metric '{s}': write one of {}, such as ndcg@100", names.join(", "))
        })
    }
}

impl From<Metric> for String {
    fn from(metric: Metric) -> Self {
        metric.to_string()
    }
}

impl TryFrom<String> for Metric {
    type Error = String;

    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ract_data::Interactions;

    #[test]
    fn names_are_read_back_as_they_are_written() {
        for name in ["ndcg@100", "dcg@5", "recall@20", "ap@1"] {
            assert_eq!(name.parse::<Metric>().unwrap().to_string(), name);
        }
        for wrong in ["ndcg", "ndcg@0", "ndcg@x", "err@10", ""] {
            assert!(wrong.parse::<Metric>().unwrap_err().contains("write one of ndcg@K, dcg@K"), "{wrong}");
        }
    }

    #[test]
    fn a_registered_metric_can_be_named_and_a_name_in_use_is_refused() {
        static LAST: MetricEntry = MetricEntry {
            name: "last",
            about: "whether the item at rank k is a hit",
            is_unbounded: false,
            judges: Judges::Hits,
            of: |user, k| f64::from(u8::from(user.hits.get(k - 1) == Some(&true))),
        };
        register(&LAST).unwrap();
        let metric: Metric = "last@2".parse().unwrap();
        assert_eq!(
            metric.of(Ranked { hits: &[false, true], items: &[3, 1], wanted: &[1], facts: &ItemFacts::default() }),
            1.0
        );
        assert!(register(&LAST).unwrap_err().contains("there is a metric last already"));
        static NAMELESS: MetricEntry = MetricEntry { name: "a@b", ..LAST_COPY };
        const LAST_COPY: MetricEntry =
            MetricEntry { name: "", about: "", is_unbounded: false, judges: Judges::Hits, of: |_, _| 0.0 };
        assert!(register(&NAMELESS).unwrap_err().contains("is no name of a metric"));
    }

    /// Edge cases for every metric of hits in the registry. Items that are not ranked are the last ones that were held out.
    #[test]
    fn every_metric_stays_within_its_bounds_and_is_best_for_the_best_list() {
        let known = Interactions::from_rows(200, [(0..200).collect(), vec![]]);
        let facts = ItemFacts::of(&known, &[]);
        for entry in METRICS.iter().filter(|entry| entry.judges == Judges::Hits) {
            let of = |hits: &[bool], held_out, k| {
                let items: Vec<u32> = (0..hits.len() as u32).collect();
                let hit = items.iter().zip(hits).filter_map(|(&item, &hit)| hit.then_some(item));
                let wanted: Vec<u32> = hit.chain(100..).take(held_out).collect();
                let value = (entry.of)(Ranked { hits, items: &items, wanted: &wanted, facts: &facts }, k);
                assert!(value.is_finite() && value >= 0.0, "{}@{k} is {value}", entry.name);
                assert!(entry.is_unbounded || value <= 1.0, "{}@{k} is {value}", entry.name);
                value
            };
            assert_eq!(of(&[false; 3], 0, 3), 0.0, "{}: nothing is held out", entry.name);
            assert_eq!(of(&[], 0, 10), 0.0, "{}: nothing is ranked", entry.name);
            assert_eq!(of(&[], 2, 10), 0.0, "{}: nothing is ranked", entry.name);
            assert_eq!(of(&[false, true], 1, 2), of(&[false, true], 1, 50), "{}: k is beyond the list", entry.name);
            assert_eq!(of(&[true, false, true], 2, 1), of(&[true], 2, 1), "{}: what follows k", entry.name);
            let best = of(&[true, true, false], 2, 3);
            assert!(entry.is_unbounded || best == 1.0, "{}: the best list has {best}", entry.name);
            for worse in [[true, false, false], [false, true, false]] {
                assert!(of(&worse, 2, 3) <= best, "{}: {worse:?} is better than the best list", entry.name);
            }
            assert_eq!(of(&[false; 3], 2, 3), 0.0, "{}: no hit", entry.name);
        }
    }

    #[test]
    fn of_items_with_equal_scores_the_one_with_the_smaller_number_ranks_first_for_every_metric() {
        use ndarray::array;
        let scores = array![[0.5_f32, 0.5, 0.5]];
        let rows = |items: &[u32]| Interactions::from_rows(3, [items.to_vec()]);
        let none = rows(&[]);
        let facts = ItemFacts::of(&Interactions::from_rows(3, [vec![0, 1, 2], vec![]]), &[]);
        for entry in METRICS.iter().filter(|entry| entry.judges == Judges::Hits) {
            let metric = Metric { entry, k: 1 };
            let of = |target: u32| {
                score_users(|u| scores.row(u), Candidates::AllBut(&none), &rows(&[target]), &[metric], &facts)[(0, 0)]
            };
            assert!(of(0) > 0.0 && of(1) == 0.0 && of(2) == 0.0, "{}", entry.name);
        }
    }
}
