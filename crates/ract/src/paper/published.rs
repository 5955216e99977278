//! Published numbers, which are shown beside ours: `experiments/published.toml`.

use crate::config::Phase;
use crate::metrics::Metric;
use crate::{Error, Result};
use ract_models::features::Feature;
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = include_str!("../../../../experiments/published.toml");

/// The data sets of the paper: the name in the file, and the name to show.
pub const OF_THE_PAPER: [(&str, &str); 3] = [("ml-20m", "ML-20M"), ("netflix", "Netflix"), ("msd", "MSD")];

/// The footnote of tables with a [`Row::mark`].
pub const FOOTNOTE: &str = "*: quoted from memory or from a copy, not checked against the publication.";

/// All published numbers, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct Published {
    /// The sizes of the data sets.
    pub statistics: Vec<Statistics>,
    /// Rows of tables of test metrics.
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
    /// Validation curves.
    #[serde(rename = "curve")]
    pub curves: Vec<Curve>,
    /// Results of critics without some of the features.
    #[serde(rename = "ablation")]
    pub ablations: Vec<Ablation>,
    /// Correlations of other quantities with the metric.
    #[serde(rename = "correlation")]
    pub correlations: Vec<Correlation>,
    /// Metrics by the users' activity.
    pub activity: Vec<Activity>,
    /// Test metrics at several cut-offs.
    pub cut_offs: Vec<Row>,
    /// Results of critics that predict other metrics.
    #[serde(rename = "target")]
    pub targets: Vec<Target>,
}

/// The size of a data set after filtering.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Statistics {
    pub dataset: String,
    pub users: usize,
    pub items: usize,
    /// The number of interactions, as precise as in the publication.
    pub interactions: String,
    pub heldout_users: usize,
    pub source: String,
}

/// One row of a published table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The data set's name, as in a configuration.
    pub dataset: String,
    /// The model's name.
    pub model: String,
    /// Test metrics.
    pub test: BTreeMap<Metric, f64>,
    /// The publication, with the place in it.
    pub source: String,
    /// Whether the row is quoted from memory or from a copy, and was not checked against the publication.
    #[serde(default)]
    pub from_memory: bool,
}

impl Row {
    /// The mark that is shown after its numbers: `*` for a row from memory.
    pub fn mark(&self) -> &'static str {
        if self.from_memory { "*" } else { "" }
    }
}

/// The mean of a metric over the validation users, by epoch.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Curve {
    pub dataset: String,
    pub phase: Phase,
    pub metric: Metric,
    /// Pairs of an epoch, counted from 1, and a value.
    pub points: Vec<(f64, f64)>,
    pub source: String,
}

/// The best validation metric with a critic that has these features.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Ablation {
    pub dataset: String,
    pub inputs: Vec<Feature>,
    pub best: f64,
    pub source: String,
}

/// The best validation NDCG@100 with a critic that predicts this metric.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Target {
    pub dataset: String,
    pub metric: Metric,
    pub best: f64,
    pub source: String,
}

/// Pearson's correlation of a quantity with the metric, over the test users.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Correlation {
    pub dataset: String,
    pub of: String,
    pub value: f64,
    pub source: String,
}

/// How users are put into bins by their number of interactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActivityBy {
    /// Bins of 250 interactions, as in the paper's plot.
    Number,
    /// Quartiles of the users.
    Quartile,
}

/// The mean metric of four bins of users, starting with the least active users.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Activity {
    pub dataset: String,
    pub model: String,
    pub by: ActivityBy,
    pub ndcg: [f64; 4],
    pub source: String,
}

/// The published numbers for a data set.
///
/// # Errors
/// When the file, which was compiled into the program, is damaged.
pub fn published(dataset: &str) -> Result<Published> {
    let mut all: Published = toml::from_str(FILE)
        .map_err(|error| Error::Failed(format!("experiments/published.toml: {}", error.message())))?;
    all.statistics.retain(|counts| counts.dataset == dataset);
    all.rows.retain(|row| row.dataset == dataset);
    all.curves.retain(|curve| curve.dataset == dataset);
    all.ablations.retain(|ablation| ablation.dataset == dataset);
    all.correlations.retain(|correlation| correlation.dataset == dataset);
    all.activity.retain(|activity| activity.dataset == dataset);
    all.cut_offs.retain(|row| row.dataset == dataset);
    all.targets.retain(|target| target.dataset == dataset);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_numbers_for_ml_20m_are_found() {
        let Published { statistics, rows, curves, ablations, correlations, activity, cut_offs, targets } =
            published("ml-20m").unwrap();
        let ract = rows.iter().find(|row| row.model == "RaCT").unwrap();
        assert_eq!((ract.test[&Metric::ndcg(100)], ract.mark()), (0.434, ""));
        assert_eq!(rows.iter().find(|row| row.model == "CDAE").unwrap().mark(), "*");
        assert_eq!((curves.len(), curves[0].points[4]), (4, (5.0, 0.3913)));
        assert_eq!(statistics[0].items, 20_108);
        assert_eq!((ablations.len(), correlations.len(), activity.len(), cut_offs.len()), (4, 2, 4, 2));
        assert_eq!(targets.len(), 3);
        assert_eq!(published("nowhere").unwrap(), Published::default());
    }

    #[test]
    fn the_published_curves_have_ascending_epochs_and_ract_ends_above_its_actor_on_each_data_set() {
        for (data, _) in OF_THE_PAPER {
            let curves = published(data).unwrap().curves;
            for curve in &curves {
                assert!(curve.points.is_sorted_by(|a, b| a.0 < b.0), "{data}: {}", curve.phase);
            }
            let of = |phase: Phase| &curves.iter().find(|curve| curve.phase == phase).unwrap().points;
            let best = of(Phase::Actor).iter().map(|point| point.1).fold(0.0, f64::max);
            assert!(of(Phase::ActorCritic).last().unwrap().1 > best, "{data}");
        }
    }
}
