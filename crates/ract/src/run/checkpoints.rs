//! The checkpoints of a run: the outcome of each finished phase, and the state of the one under way.

use super::{Meta, Snapshot, tensor_file};
use crate::config::Phase;
use crate::{Error, Result};
use ract_autodiff::Mat;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder `checkpoints` of a run.
pub(crate) struct Checkpoints {
    path: PathBuf,
}

/// What stands beside the matrices of `state.safetensors`.
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
    /// Those of the run in a folder, which are not written to.
    pub(crate) fn at(run: &Path) -> Self {
        Self { path: run.join("checkpoints") }
    }

    pub(crate) fn open(run: &Path) -> Result<Self> {
        let checkpoints = Self::at(run);
        let path = checkpoints.path();
        fs::create_dir_all(path).map_err(Error::file("create", path))?;
        Ok(checkpoints)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether `phase` is finished.
    pub(crate) fn has(&self, phase: Phase) -> bool {
        self.outcome_file(phase).exists()
    }

    /// What `phase` ended with.
    pub(crate) fn outcome(&self, phase: Phase) -> Result<Snapshot> {
        let (weights, meta) = tensor_file::read(&self.outcome_file(phase))?;
        Ok(Snapshot { weights, meta })
    }

    /// Saves what `phase` ended with, which makes its state superfluous.
    pub(crate) fn save_outcome(&self, phase: Phase, outcome: &Snapshot) -> Result<()> {
        let tensors = outcome.weights.iter().map(|(name, value)| (name.clone(), value));
        tensor_file::write(&self.outcome_file(phase), tensors, &outcome.meta)?;
        let state = self.state_file();
        if state.exists() { fs::remove_file(&state).map_err(Error::file("remove", &state)) } else { Ok(()) }
    }

    /// Saves where the phase under way stands between two epochs.
    pub(crate) fn save_state<'a>(
        &self,
        meta: &StateMeta,
        tensors: impl IntoIterator<Item = (String, &'a Mat<f32>)>,
    ) -> Result<()> {
        tensor_file::write(&self.state_file(), tensors, meta)
    }

    /// Where `phase` was interrupted, if it was.
    pub(crate) fn state(&self, phase: Phase) -> Result<Option<(StateMeta, Tensors)>> {
        let file = self.state_file();
        if !file.exists() {
            return Ok(None);
        }
        let (tensors, meta): (_, StateMeta) = tensor_file::read(&file)?;
        Ok((meta.phase == phase).then_some((meta, tensors)))
    }

    fn outcome_file(&self, phase: Phase) -> PathBuf {
        self.path.join(format!("{phase}.safetensors"))
    }

    pub(crate) fn state_file(&self) -> PathBuf {
        self.path.join("state.safetensors")
    }
}
