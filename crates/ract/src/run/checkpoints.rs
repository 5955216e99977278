//! The checkpoints of a run: the outcome of each finished phase, and the saved state of the phase in progress.

use super::layout::RunPath;
use super::snapshot::{Meta, Snapshot, Steps, Tensors};
use super::tensor_file;
use crate::config::{Config, Phase, Settings};
use crate::{Error, Result};
use ract_autodiff::Mat;
use ract_data::atomic_file;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::path::PathBuf;

/// The checkpoints of a run, stored in its folder.
pub(crate) struct Checkpoints(RunPath);

/// The part of a saved state that is not matrices.
#[derive(Serialize, Deserialize)]
pub(crate) struct StateMeta {
    pub(crate) phase: Phase,
    /// The current state of training.
    pub(crate) current: Meta,
    /// The best epoch of the phase so far.
    pub(crate) best: Option<Meta>,
    /// The steps of both optimisers.
    pub(crate) steps: Steps,
}

/// The prefix of the names of moments in an outcome's file.
const MOMENTS: &str = "adam.";

impl Checkpoints {
    /// The checkpoints of a run that is only read.
    pub(crate) fn of(run: &RunPath) -> Self {
        Self(run.clone())
    }

    /// The checkpoints of a run that is written to. Creates their folder.
    pub(crate) fn open(run: &RunPath) -> Result<Self> {
        let folder = run.checkpoints();
        atomic_file::create_folder(&folder).map_err(Error::file("create", &folder))?;
        Ok(Self::of(run))
    }

    /// Whether `phase` is finished.
    pub(crate) fn has(&self, phase: Phase) -> bool {
        self.0.outcome(phase).exists()
    }

    /// The phase whose outcome has the actor of `phase` and, if there is one, a trained critic: the critic's phase does not
    /// change the actor.
    pub(crate) fn with_critic(&self, phase: Phase) -> Phase {
        if phase == Phase::Actor && self.has(Phase::Critic) { Phase::Critic } else { phase }
    }

    /// The outcome of `phase`.
    pub(crate) fn outcome(&self, phase: Phase) -> Result<Snapshot> {
        let (mut weights, meta): (Tensors, _) = tensor_file::read(&self.0.outcome(phase), &self.identity(phase)?)?;
        let moments = take(&mut weights, MOMENTS);
        Ok(Snapshot { weights, moments, meta })
    }

    /// Saves the outcome of `phase`, and removes its saved state, which is not needed any more.
    pub(crate) fn save_outcome(&self, phase: Phase, outcome: &Snapshot) -> Result<()> {
        let weights = outcome.weights.iter().map(|(name, value)| (name.clone(), value));
        let moments = outcome.moments.iter().map(|(name, value)| (format!("{MOMENTS}{name}"), value));
        let identity = self.identity(phase)?;
        tensor_file::write(&self.0.outcome(phase), &identity, weights.chain(moments), &outcome.meta)?;
        self.remove_state()
    }

    /// Removes the saved state, which a finished phase does not need.
    pub(crate) fn remove_state(&self) -> Result<()> {
        Ok(atomic_file::remove(&self.0.state())?)
    }

    /// Saves the state of the phase in progress, between two epochs.
    pub(crate) fn save_state<'a>(
        &self,
        meta: &StateMeta,
        tensors: impl IntoIterator<Item = (String, &'a Mat<f32>)>,
    ) -> Result<()> {
        tensor_file::write(&self.0.state(), &self.identity("state")?, tensors, meta)
    }

    /// The saved state of `phase`, if it was interrupted.
    pub(crate) fn state(&self, phase: Phase) -> Result<Option<(StateMeta, Tensors)>> {
        let file = self.0.state();
        if !file.exists() {
            return Ok(None);
        }
        let (tensors, meta): (_, StateMeta) = tensor_file::read(&file, &self.identity("state")?)?;
        Ok((meta.phase == phase).then_some((meta, tensors)))
    }

    /// To what a checkpoint belongs: the phase or the state, the data, and the configuration with its seed.
    fn identity(&self, what: impl Display) -> Result<String> {
        let config = Config::read(&self.0.config(), &[])?.identity()?;
        Ok(format!("{what}\ndata {}\n{config}", self.0.read_data_sha256()?))
    }

    /// The file of the outcome of `phase`.
    pub(crate) fn outcome_file(&self, phase: Phase) -> PathBuf {
        self.0.outcome(phase)
    }

    /// The file of the saved state.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.0.state()
    }
}

/// Removes and returns the tensors whose names start with `prefix`. The prefix is cut off.
pub(crate) fn take(tensors: &mut Tensors, prefix: &str) -> Tensors {
    tensors
        .extract_if(.., |name, _| name.starts_with(prefix))
        .map(|(name, value)| (name[prefix.len()..].to_owned(), value))
        .collect()
}
