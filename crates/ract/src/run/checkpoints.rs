//! The checkpoints of a run: the outcome of each finished phase, and the state of the one under way.

use super::layout::RunPath;
use super::snapshot::{Meta, Snapshot};
use super::tensor_file;
use crate::config::Phase;
use crate::{Error, Result};
use ract_autodiff::Mat;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// The checkpoints of a run, in their folder.
pub(crate) struct Checkpoints(RunPath);

/// What stands beside the matrices of a saved state.
#[derive(Serialize, Deserialize)]
pub(crate) struct StateMeta {
    pub(crate) phase: Phase,
    /// Where training stands.
    pub(crate) current: Meta,
    /// The best epoch of the phase so far.
    pub(crate) best: Option<Meta>,
    /// Steps of the actor's and of the critic's optimiser.
    pub(crate) actor_steps: u64,
    pub(crate) critic_steps: u64,
}

/// Matrices by name.
pub(crate) type Tensors = BTreeMap<String, Mat<f32>>;

impl Checkpoints {
    /// Those of a run that is only read.
    pub(crate) fn of(run: &RunPath) -> Self {
        Self(run.clone())
    }

    /// Those of a run that is written to.
    pub(crate) fn open(run: &RunPath) -> Result<Self> {
        let folder = run.checkpoints();
        fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
        Ok(Self::of(run))
    }

    /// Whether `phase` is finished.
    pub(crate) fn has(&self, phase: Phase) -> bool {
        self.0.outcome(phase).exists()
    }

    /// What `phase` ended with.
    pub(crate) fn outcome(&self, phase: Phase) -> Result<Snapshot> {
        let (weights, meta) = tensor_file::read(&self.0.outcome(phase))?;
        Ok(Snapshot { weights, meta })
    }

    /// Saves what `phase` ended with, which makes its state superfluous.
    pub(crate) fn save_outcome(&self, phase: Phase, outcome: &Snapshot) -> Result<()> {
        let tensors = outcome.weights.iter().map(|(name, value)| (name.clone(), value));
        tensor_file::write(&self.0.outcome(phase), tensors, &outcome.meta)?;
        let state = self.0.state();
        if state.exists() { fs::remove_file(&state).map_err(Error::file("remove", &state)) } else { Ok(()) }
    }

    /// Saves where the phase under way stands between two epochs.
    pub(crate) fn save_state<'a>(
        &self,
        meta: &StateMeta,
        tensors: impl IntoIterator<Item = (String, &'a Mat<f32>)>,
    ) -> Result<()> {
        tensor_file::write(&self.0.state(), tensors, meta)
    }

    /// Where `phase` was interrupted, if it was.
    pub(crate) fn state(&self, phase: Phase) -> Result<Option<(StateMeta, Tensors)>> {
        let file = self.0.state();
        if !file.exists() {
            return Ok(None);
        }
        let (tensors, meta): (_, StateMeta) = tensor_file::read(&file)?;
        Ok((meta.phase == phase).then_some((meta, tensors)))
    }

    /// The file of the saved state.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.0.state()
    }
}
