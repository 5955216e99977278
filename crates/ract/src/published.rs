//! Figures that were published elsewhere, to stand beside ours: `experiments/published.toml`.

use crate::metrics::Metric;
use crate::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = include_str!("../../../experiments/published.toml");

/// One row of a published table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The data set's name, as in a configuration.
    pub dataset: String,
    /// The model's name.
    pub model: String,
    /// Test metrics.
    pub test: BTreeMap<Metric, f64>,
    /// Where the row stands.
    pub source: String,
}

/// The published rows on a data set, in the file's order.
///
/// # Errors
/// When the file that the program was built with is damaged.
pub fn published(dataset: &str) -> Result<Vec<Published>> {
    #[derive(Deserialize)]
    struct File {
        row: Vec<Published>,
    }
    let file: File = toml::from_str(FILE)
        .map_err(|error| Error::Failed(format!("experiments/published.toml: {}", error.message())))?;
    Ok(file.row.into_iter().filter(|row| row.dataset == dataset).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_row_of_ml_20m_is_there() {
        let rows = published("ml-20m").unwrap();
        let ract = rows.iter().find(|row| row.model == "RaCT").unwrap();
        assert_eq!(ract.test[&Metric::Ndcg(100)], 0.434);
        assert!(published("nowhere").unwrap().is_empty());
    }
}
