//! The checkpoints of a run: the outcome of each finished phase, and the state of the one under way.

use crate::snapshot::{Meta, Snapshot};
use crate::training::{Phase, PhaseState, Trainer};
use crate::{Error, Result, tensor_file};
use ract_autodiff::Mat;
use ract_autodiff::optim::Adam;
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
struct StateMeta {
    phase: Phase,
    current: Meta,
    best: Option<Meta>,
    actor_steps: u64,
    critic_steps: u64,
}

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
    pub(crate) fn save_state(&self, trainer: &Trainer<'_>, state: &PhaseState) -> Result<()> {
        let current = trainer.params().into_iter().map(|(name, param)| (format!("current.{name}"), param.value()));
        let best = state.best.iter().flat_map(|best| &best.weights);
        let best = best.map(|(name, value)| (format!("best.{name}"), value));
        let moments = [("actor", &state.actor_adam), ("critic", &state.critic_adam)].into_iter();
        let moments = moments.flat_map(|(network, adam)| {
            adam.moments().iter().flat_map(move |moments| {
                let name = |of: &str| format!("{of}.{network}.{}", moments.name());
                [(name("first"), &moments.first), (name("second"), &moments.second)]
            })
        });
        let meta = StateMeta {
            phase: state.phase,
            current: trainer.meta(state.epoch),
            best: state.best.as_ref().map(|best| best.meta.clone()),
            actor_steps: state.actor_adam.steps(),
            critic_steps: state.critic_adam.steps(),
        };
        tensor_file::write(&self.state_file(), current.chain(best).chain(moments), &meta)
    }

    /// Where `phase` was interrupted, if it was: puts the networks back and returns the state.
    pub(crate) fn interrupted(&self, phase: Phase, trainer: &mut Trainer<'_>) -> Result<Option<PhaseState>> {
        let file = self.state_file();
        if !file.exists() {
            return Ok(None);
        }
        let (mut tensors, meta): (_, StateMeta) = tensor_file::read(&file)?;
        if meta.phase != phase {
            return Ok(None);
        }
        let current = take(&mut tensors, "current.");
        let mut state = PhaseState::at(phase, meta.current.epoch, trainer);
        trainer.restore(&Snapshot { weights: current, meta: meta.current })?;
        state.best = meta.best.map(|meta| Snapshot { weights: take(&mut tensors, "best."), meta });
        restore_adam(&mut state.actor_adam, "actor", meta.actor_steps, &mut tensors)
            .and_then(|()| restore_adam(&mut state.critic_adam, "critic", meta.critic_steps, &mut tensors))
            .map_err(|lacking| Error::Failed(format!("{} lacks {lacking}: delete it", file.display())))?;
        Ok(Some(state))
    }

    fn outcome_file(&self, phase: Phase) -> PathBuf {
        self.path.join(format!("{phase}.safetensors"))
    }

    fn state_file(&self) -> PathBuf {
        self.path.join("state.safetensors")
    }
}

/// The tensors whose names start with `prefix`, without it.
fn take(tensors: &mut BTreeMap<String, Mat<f32>>, prefix: &str) -> BTreeMap<String, Mat<f32>> {
    tensors
        .extract_if(.., |name, _| name.starts_with(prefix))
        .map(|(name, value)| (name[prefix.len()..].to_owned(), value))
        .collect()
}

fn restore_adam(
    adam: &mut Adam<f32>,
    network: &str,
    steps: u64,
    tensors: &mut BTreeMap<String, Mat<f32>>,
) -> Result<(), String> {
    for moments in adam.restore(steps) {
        let mut moment = |of: &str| {
            let name = format!("{of}.{network}.{}", moments.name());
            tensors.remove(&name).filter(|saved| saved.dim() == moments.first.dim()).ok_or(name)
        };
        let (first, second) = (moment("first")?, moment("second")?);
        (moments.first, moments.second) = (first, second);
    }
    Ok(())
}
