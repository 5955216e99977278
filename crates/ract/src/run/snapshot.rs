//! Everything that training has learned up to one moment.

use ract_autodiff::Mat;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The weights of both networks, the statistics of the critic's features, and the progress of the actor's training.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) weights: Tensors,
    /// The moments of the critic's optimiser at the end of the critic's own phase; empty in other snapshots.
    pub(crate) moments: Tensors,
    pub(crate) meta: Meta,
}

/// Matrices by name.
pub(crate) type Tensors = BTreeMap<String, Mat<f32>>;

/// The number of an optimiser's steps for each parameter, by name.
pub(crate) type Steps = BTreeMap<String, u64>;

/// The part of a snapshot that is not weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// The epoch in its phase.
    pub(crate) epoch: u64,
    /// The mean of the selecting metric over the validation users; 0 if the phase does not select an epoch.
    pub(crate) validation: f64,
    /// Number of batches of the actor's own training so far.
    pub(crate) batches_seen: u64,
    /// The statistics of the critic's features, as written by [`RunningStatistics::to_numbers`].
    pub(crate) statistics: Vec<f64>,
    /// The steps to which the snapshot's moments belong.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) steps: Steps,
}
