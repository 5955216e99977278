//! Figures that were published elsewhere, to stand beside ours: `experiments/published.toml`.

use crate::config::Phase;
use crate::metrics::Metric;
use crate::{Error, Result};
use ract_models::features::Feature;
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = include_str!("../../../../experiments/published.toml");

/// Stands beneath tables with [`Row::mark`]s.
pub const FOOTNOTE: &str = "*: quoted from memory or from a copy, not checked against the publication.";

/// All that was published on a data set, in the file's order.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(default)]
pub struct Published {
    /// What the data sets hold.
    pub statistics: Vec<Statistics>,
    /// Rows of tables of test metrics.
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
    /// Validation curves.
    #[serde(rename = "curve")]
    pub curves: Vec<Curve>,
    /// Critics with features left out.
    #[serde(rename = "ablation")]
    pub ablations: Vec<Ablation>,
    /// How well something goes along with the metric.
    #[serde(rename = "correlation")]
    pub correlations: Vec<Correlation>,
    /// Metrics by the users' activity.
    pub activity: Vec<Activity>,
    /// Test metrics at several cut-offs.
    pub cut_offs: Vec<Row>,
}

/// What passed the filters of a data set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Statistics {
    pub dataset: String,
    pub users: usize,
    pub items: usize,
    /// As precisely as it was published.
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
    /// Where the row stands.
    pub source: String,
    /// Whether it was quoted from memory or from a copy, and not checked against the publication.
    #[serde(default)]
    pub from_memory: bool,
}

impl Row {
    /// Its numbers are shown with this behind them.
    pub fn mark(&self) -> &'static str {
        if self.from_memory { "*" } else { "" }
    }
}

/// Means over the validation users by epoch.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Curve {
    pub dataset: String,
    pub phase: Phase,
    pub metric: Metric,
    /// Epoch, from 1, and value.
    pub points: Vec<(f64, f64)>,
    pub source: String,
}

/// The best validation metric of a critic that sees this.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Ablation {
    pub dataset: String,
    pub inputs: Vec<Feature>,
    pub best: f64,
    pub source: String,
}

/// Pearson's correlation with the metric over the test users.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Correlation {
    pub dataset: String,
    pub of: String,
    pub value: f64,
    pub source: String,
}

/// Mean metric of each quartile of the users, from the least active on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Activity {
    pub dataset: String,
    pub model: String,
    pub ndcg: [f64; 4],
    pub source: String,
}

/// What was published on a data set.
///
/// # Errors
/// When the file that the program was built with is damaged.
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
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_on_ml_20m_is_there() {
        let Published { statistics, rows, curves, ablations, correlations, activity, cut_offs } =
            published("ml-20m").unwrap();
        let ract = rows.iter().find(|row| row.model == "RaCT").unwrap();
        assert_eq!((ract.test[&Metric::ndcg(100)], ract.mark()), (0.434, ""));
        assert_eq!(rows.iter().find(|row| row.model == "CDAE").unwrap().mark(), "*");
        assert_eq!(curves[0].points[4], (5.0, 0.391));
        assert_eq!(statistics[0].items, 20_108);
        assert_eq!((ablations.len(), correlations.len(), activity.len(), cut_offs.len()), (4, 2, 2, 2));
        assert_eq!(published("nowhere").unwrap(), Published::default());
    }
}
