//! Ranking metrics, per user, on held-out items with the seen ones left out of the ranking, or among candidates.

mod ranking;
mod significance;
mod summary;

pub use ranking::{Candidates, Ranked, score_users};
pub use significance::{Comparison, holm};
pub use summary::{Estimate, paired_gain};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The ideal DCG is at least this, so that a user with nothing held out scores 0.
const IDEAL_FLOOR: f64 = 0.1;

/// A function of one user's ranked list: what a critic can learn to predict. [`Metric`] has the field's; a caller may bring
/// another, such as a logged outcome (`examples/own_metric.rs`).
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

/// A metric of the first k ranks of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Metric {
    /// Discounted cumulative gain, as a share of the best possible.
    Ndcg(usize),
    /// Discounted cumulative gain: each hit at rank r (from 1) counts `1 / log2(r + 1)`.
    Dcg(usize),
    /// Hits among the first k, divided by the smaller of k and the number of held-out items.
    Recall(usize),
    /// Precision at each hit, summed, divided by the smaller of k and the number of held-out items.
    AveragePrecision(usize),
}

impl Metric {
    /// The cut-off k.
    pub fn k(self) -> usize {
        match self {
            Self::Ndcg(k) | Self::Dcg(k) | Self::Recall(k) | Self::AveragePrecision(k) => k,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Ndcg(_) => "ndcg",
            Self::Dcg(_) => "dcg",
            Self::Recall(_) => "recall",
            Self::AveragePrecision(_) => "ap",
        }
    }
}

impl RankingMetric for Metric {
    fn depth(&self) -> usize {
        self.k()
    }

    fn is_unbounded(&self) -> bool {
        matches!(self, Self::Dcg(_))
    }

    /// 0 when nothing is held out.
    fn of(&self, user: Ranked<'_>) -> f64 {
        let hits = &user.hits[..user.hits.len().min(self.k())];
        let attainable = user.held_out.min(self.k());
        let hit_ranks = || (1..).zip(hits).filter_map(|(rank, &hit)| hit.then_some(rank));
        match self {
            Self::Dcg(_) => hit_ranks().map(discount).sum(),
            Self::Ndcg(_) => {
                let ideal: f64 = (1..=attainable).map(discount).sum();
                hit_ranks().map(discount).sum::<f64>() / ideal.max(IDEAL_FLOOR)
            }
            Self::Recall(_) => hit_ranks().count() as f64 / attainable.max(1) as f64,
            Self::AveragePrecision(_) => {
                let precisions = (1..).zip(hit_ranks()).map(|(hits, rank)| f64::from(hits) / rank as f64);
                precisions.sum::<f64>() / attainable.max(1) as f64
            }
        }
    }
}

fn discount(rank: usize) -> f64 {
    1.0 / ((rank + 1) as f64).log2()
}

/// As in configuration and results: `ndcg@100`, `recall@20`, `ap@10`, `dcg@100`.
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.prefix(), self.k())
    }
}

impl FromStr for Metric {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let metric = s.split_once('@').and_then(|(name, k)| {
            let k = k.parse().ok().filter(|&k| k > 0)?;
            [Self::Ndcg(k), Self::Dcg(k), Self::Recall(k), Self::AveragePrecision(k)]
                .into_iter()
                .find(|metric| metric.prefix() == name)
        });
        metric.ok_or_else(|| format!("unknown metric '{s}': write ndcg@K, recall@K, ap@K or dcg@K, such as ndcg@100"))
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

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in ["ndcg@100", "dcg@5", "recall@20", "ap@1"] {
            assert_eq!(name.parse::<Metric>().unwrap().to_string(), name);
        }
        for wrong in ["ndcg", "ndcg@0", "ndcg@x", "mrr@10", ""] {
            assert!(wrong.parse::<Metric>().unwrap_err().contains("write ndcg@K"), "{wrong}");
        }
    }
}
