//! The sections of an experiment file, with the paper's settings as their defaults.

use super::Rates;
use crate::metrics::Metric;
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
    /// Which actor: its name in the registry, [`ract_models::actors::ACTORS`].
    pub network: String,
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

/// What a critic can see of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Number of items that the actor sees; a constant.
    Seen,
    /// Number of items that it does not see; a constant.
    Unseen,
    /// The actor's own loss.
    Loss,
    /// Its loss on the popular items alone, which make up half of all interactions.
    HeadLoss,
    /// Its loss on the other items.
    TailLoss,
    /// The LambdaRank loss of the scores, which follows the ranking more closely than the actor's own.
    LambdaRank,
    /// Mean score of the user's items less the score at the last rank that the metric looks at.
    ScoreGap,
    /// Entropy of the softmax of the scores.
    Entropy,
    /// The scores of all items, as they are: the critic that the paper found not to learn.
    Scores,
    /// All items, 1 where the user has it; a constant.
    Items,
}

impl Feature {
    /// Whether a gradient passes through it to the actor.
    pub fn has_gradient(self) -> bool {
        !matches!(self, Self::Seen | Self::Unseen | Self::Items)
    }

    /// How many numbers of each user it is, of `items` items.
    pub fn width(self, items: usize) -> usize {
        if matches!(self, Self::Scores | Self::Items) { items } else { 1 }
    }
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
#[serde(rename_all = "kebab-case")]
pub enum FineTuning {
    /// Its own loss and regulariser, where they stood.
    Control,
    /// Its own loss alone, the same weight for every user.
    Flat,
    /// Its own loss alone, each user's divided by the number of the user's items.
    PerItem,
    /// The listwise WARP loss.
    Warp,
    /// The LambdaRank loss.
    LambdaRank,
    /// The critic.
    Ract,
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
            network: "mult-vae".to_owned(),
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
            inputs: vec![Feature::Seen, Feature::Unseen, Feature::Loss],
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
