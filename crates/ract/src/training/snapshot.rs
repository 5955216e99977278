//! How the trainer is saved to a snapshot and restored from one.

use super::Trainer;
use crate::run::{Meta, Snapshot, Steps, Tensors};
use crate::{Error, Result};
use ract_models::RunningStatistics;

impl Trainer<'_> {
    /// A copy of the current state of training.
    pub(crate) fn snapshot(&self, epoch: u64) -> Snapshot {
        let weights = self.params().into_iter().map(|(name, param)| (name, param.value().clone())).collect();
        Snapshot { weights, moments: Tensors::new(), meta: self.meta(epoch) }
    }

    /// As [`snapshot`](Self::snapshot), into the buffers of an older snapshot.
    pub(crate) fn snapshot_into(&self, epoch: u64, snapshot: &mut Snapshot) {
        for (name, param) in self.params() {
            if let Some(copy) = snapshot.weights.get_mut(&name) {
                copy.assign(param.value());
            }
        }
        snapshot.meta = self.meta(epoch);
    }

    /// Restores the state of a snapshot.
    ///
    /// # Errors
    /// When the snapshot belongs to networks with other parameters.
    pub(crate) fn restore(&mut self, snapshot: &Snapshot) -> Result<()> {
        for (name, param) in self.params_mut() {
            let saved = snapshot.weights.get(&name);
            match saved.filter(|saved| saved.dim() == param.value().dim()) {
                Some(saved) => param.value_mut()?.assign(saved),
                None => {
                    let found = saved.map_or_else(|| "missing".to_owned(), |saved| format!("{:?}", saved.dim()));
                    let expected = param.value().dim();
                    return Err(Error::Failed(format!(
                        "{name} is {found} in the checkpoint, but {expected:?} by configuration and data: \
                         was the data prepared anew? Name another folder with --out"
                    )));
                }
            }
        }
        let features = self.critic.statistics.mean().len();
        self.critic.statistics = RunningStatistics::from_numbers(features, &snapshot.meta.statistics)
            .ok_or_else(|| Error::Failed("the checkpoint's feature statistics are damaged: delete it".to_owned()))?;
        self.batches_seen = snapshot.meta.batches_seen;
        Ok(())
    }

    pub(crate) fn meta(&self, epoch: u64) -> Meta {
        let statistics = self.critic.statistics.to_numbers();
        Meta { epoch, validation: 0.0, batches_seen: self.batches_seen, statistics, steps: Steps::new() }
    }
}
