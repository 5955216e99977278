//! Options of the optimisers.

use ract_autodiff::optim::EpsilonPlace;
use serde::{Deserialize, Serialize};

/// How [`EpsilonPlace`] is written in files: `after-correction` or `before-correction`.
#[derive(Serialize, Deserialize)]
#[serde(remote = "EpsilonPlace", rename_all = "kebab-case")]
pub(super) enum WrittenPlace {
    AfterCorrection,
    BeforeCorrection,
}

/// Adam's moments and step counts of the critic at the start of the actor-critic phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriticAdam {
    /// They go on from the critic's own phase, as in the authors' program.
    #[default]
    Continued,
    /// They start anew, from 0.
    New,
}
