//! The sections of an experiment file, with the paper's settings as their defaults.

use super::Rates;
use crate::metrics::Metric;
use ract_models::actors::ActorKind;
use ract_models::features::{Feature, of_the_paper};
use ract_models::fine_tuning::Arm;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Where the interactions come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Data {
    /// A folder that `ract prepare` wrote.
    Path(PathBuf),
    /// Made in memory.
    Synthetic(Synthetic),
}

/// The synthetic world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// Number of users, held-out ones included.
    pub users: usize,
    /// Number of items.
    pub items: usize,
    /// Validation users, and as many test users.
    pub heldout_users: usize,
    /// The world's own seed, apart from that of the training.
    #[serde(default)]
    pub seed: u64,
}

/// The actor and its own training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Actor {
    /// Which actor.
    pub network: ActorKind,
    /// Width of its hidden layers.
    pub hidden: usize,
    /// Number of its latent variables.
    pub latent: usize,
    /// Epochs of its own training.
    pub epochs: u64,
    /// Adam's step size.
    pub learning_rate: f64,
    /// The weight of the KL term is the share of this many batches that has been seen ...
    pub anneal_batches: u64,
    /// ... up to this cap.
    pub beta_max: f64,
    /// The weight of the sum of squares of its parameters, when it is not variational; what it leaves out is the
    /// registry's.
    pub l2: Option<f64>,
    /// The weight of an item that a user has in a weighted squared error.
    pub positive_weight: f64,
    /// The regularisation of a linear part that is EASE.
    pub ease_lambda: f64,
    /// How many of the most popular items that part covers; 0: all of them.
    pub ease_items: usize,
}

/// The critic and its training while the actor is frozen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Critic {
    /// Widths of its hidden layers.
    pub hidden: Vec<usize>,
    /// The metric that it learns to predict.
    pub metric: Metric,
    /// What it sees of each user; the loss feature is the one that carries a gradient in the paper.
    pub inputs: Vec<Feature>,
    /// How it is given its features.
    pub features: Features,
    /// Epochs of training with the actor frozen.
    pub epochs: u64,
    /// Adam's step size, in the actor-critic phase too.
    pub learning_rate: f64,
    /// Weight of the sum of squares of its parameters, before it is divided by the batch size.
    pub l2: f64,
}

/// How the critic is given its features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Features {
    /// Standardised by statistics that are gathered while the actor trains.
    #[default]
    Standardised,
    /// As they are: the statistics stay at 0 and 1, as in the published code.
    Raw,
}

/// What the best actor is trained by further. Each starts from the same actor and trains on the same batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum FineTuning {
    /// A loss without a critic.
    Arm(Arm),
    /// The critic.
    Ract,
}

/// The name of [`FineTuning::Ract`] in experiment files.
const RACT: &str = "ract";

impl From<FineTuning> for String {
    fn from(fine_tuning: FineTuning) -> Self {
        match fine_tuning {
            FineTuning::Arm(arm) => arm.into(),
            FineTuning::Ract => RACT.to_owned(),
        }
    }
}

impl TryFrom<String> for FineTuning {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name == RACT {
            return Ok(Self::Ract);
        }
        name.parse().map(Self::Arm).map_err(|problem: String| format!("{problem}, {RACT}"))
    }
}

/// The phase that both networks train in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActorCritic {
    /// Number of epochs.
    pub epochs: u64,
    /// Adam's step size for the actor; of several, the one that does best on the validation users.
    pub learning_rate: Rates,
    /// The weight of the actor's own regulariser, where it stood, beside the critic's prediction; 0 in the paper.
    pub regulariser: f64,
}

/// Epochs and step sizes of a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Number of epochs.
    pub epochs: u64,
    /// Adam's step size for the actor; of several, the one that does best on the validation users.
    pub learning_rate: Rates,
}

/// Epochs and step size of the control and of all that is not the critic's; those of the actor-critic phase where it says
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Control {
    /// Number of epochs.
    pub epochs: Option<u64>,
    /// Adam's step size for the actor, or several.
    pub learning_rate: Option<Rates>,
}

/// What is measured, and what is selected by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evaluation {
    /// Metrics in `result.json`.
    pub metrics: Vec<Metric>,
    /// Each phase keeps the epoch that is best by this metric on the validation users.
    pub select: Metric,
}

impl Default for Actor {
    fn default() -> Self {
        Self {
            network: ActorKind::default(),
            hidden: 600,
            latent: 200,
            epochs: 200,
            learning_rate: 1e-3,
            anneal_batches: 200_000,
            beta_max: 0.2,
            l2: None,
            positive_weight: 5.0,
            ease_lambda: 200.0,
            ease_items: 0,
        }
    }
}

impl Default for Critic {
    fn default() -> Self {
        Self {
            hidden: vec![100, 100, 10],
            metric: Metric::ndcg(100),
            inputs: of_the_paper(),
            features: Features::default(),
            epochs: 50,
            learning_rate: 1e-4,
            l2: 1e-4,
        }
    }
}

impl Default for ActorCritic {
    fn default() -> Self {
        Self { epochs: 100, learning_rate: Rates::of(2e-6), regulariser: 0.0 }
    }
}

impl Default for Evaluation {
    fn default() -> Self {
        let (ndcg, recall) = (Metric::ndcg, Metric::recall);
        let metrics = vec![recall(20), recall(50), ndcg(100), ndcg(1), ndcg(3), ndcg(5), ndcg(200)];
        Self { metrics, select: ndcg(100) }
    }
}
