//! All that training has learned, at one moment.

use ract_autodiff::Mat;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Weights of both networks, the statistics of the critic's features, and how far the actor's training had come.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) weights: BTreeMap<String, Mat<f32>>,
    pub(crate) meta: Meta,
}

/// The few numbers of a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// Epoch of its phase.
    pub(crate) epoch: u64,
    /// The selecting metric on the validation users; 0 where nothing was selected.
    pub(crate) validation: f64,
    /// Batches of the actor's own training so far.
    pub(crate) batches_seen: u64,
    /// Of the critic's features, as [`RunningStatistics::to_numbers`] gives them.
    pub(crate) statistics: Vec<f64>,
}
