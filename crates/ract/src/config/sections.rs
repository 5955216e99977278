//! The sections of an experiment file, with the paper's settings as their defaults.

use super::{CriticAdam, Rates};
use crate::metrics::{ItemFacts, Metric};
use ract_data::Interactions;
use ract_models::SlAtK;
use ract_models::actors::{ActorKind, EasePart, KnnPart};
use ract_models::baselines::Weighting;
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
    /// Synthetic data, generated in memory.
    Synthetic(Synthetic),
}

/// The settings of synthetic data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// Number of users, held-out ones included.
    pub users: usize,
    /// Number of items.
    pub items: usize,
    /// The number of validation users, and also of test users.
    pub heldout_users: usize,
    /// The seed of the data, separate from the seed of the training.
    #[serde(default)]
    pub seed: u64,
}

/// The actor and its own training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Actor {
    /// The kind of actor.
    pub network: ActorKind,
    /// Width of its hidden layers.
    pub hidden: usize,
    /// Number of its latent variables.
    pub latent: usize,
    /// Epochs of its own training.
    pub epochs: u64,
    /// Adam's step size.
    pub learning_rate: f64,
    /// What the step size is multiplied by after each epoch of the actor's own training: above 0, 1 at most.
    #[serde(skip_serializing_if = "is_one")]
    pub decay: f64,
    /// The weight of the KL term is `min(t / anneal_batches, beta_max)` after t batches.
    pub anneal_batches: u64,
    /// The largest weight of the KL term. If it is left out, the registry's value counts.
    pub beta_max: Option<f64>,
    /// The weight of the sum of squares of its parameters, when the actor is not variational. If it is left out, the
    /// registry's value counts.
    pub l2: Option<f64>,
    /// In a weighted squared error: the weight of an item that the user has.
    pub positive_weight: f64,
    /// In RecVAE: the weight of a user's KL term is this, times the number of the user's items. Its authors' code has
    /// 0.005 for ML-20M, 0.0035 for Netflix and 0.01 for MSD.
    pub gamma: f64,
    /// Lambda of EASE, for actors with an EASE part.
    pub ease_lambda: f64,
    /// The power of a user's number of items by which EASE weighs the user down.
    #[serde(skip_serializing_if = "is_zero")]
    pub ease_user_power: f64,
    /// The probability that EASE drops an input.
    #[serde(skip_serializing_if = "is_zero")]
    pub ease_dropout: f64,
    /// The power of an item's popularity in its EASE score.
    #[serde(skip_serializing_if = "is_zero")]
    pub ease_popularity: f64,
    /// What EASE's scores are multiplied by before they are added to those of the other part.
    #[serde(skip_serializing_if = "is_one")]
    pub ease_gain: f64,
    /// How many of the most popular items the EASE part covers; 0 means all items.
    pub ease_items: usize,
    /// How many neighbours each item has, for actors with a part of item neighbours.
    #[serde(skip_serializing_if = "is_default_neighbours")]
    pub knn_neighbours: usize,
    /// The power of `1 + k / mean(k)` by which an item's probability is multiplied, where k is the sum of the neighbours' weights.
    #[serde(skip_serializing_if = "is_one")]
    pub knn_gain: f64,
    /// The power of an item's popularity by which its probability is multiplied, for actors with a part of popularity.
    #[serde(skip_serializing_if = "is_zero")]
    pub popularity_power: f64,
    /// K of the loss SL@K.
    #[serde(skip_serializing_if = "is_default_k")]
    pub sl_k: usize,
    /// The temperature of the weights of SL@K, `t_w`.
    #[serde(skip_serializing_if = "is_one")]
    pub sl_weight_temperature: f64,
    /// The temperature of the differences of scores in SL@K, `t_d`.
    #[serde(skip_serializing_if = "is_one")]
    pub sl_temperature: f64,
    /// What the cosines of `cosine-ae` and `cosine-blend` are divided by.
    #[serde(skip_serializing_if = "is_default_temperature")]
    pub temperature: f64,
}

/// The critic and its training while the actor is frozen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Critic {
    /// Widths of its hidden layers.
    pub hidden: Vec<usize>,
    /// What it learns to predict.
    #[serde(skip_serializing_if = "Target::is_metric")]
    pub target: Target,
    /// The log of outcomes that it learns from, if the target is outcomes: a CSV file with the columns user, items, outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<PathBuf>,
    /// The metric that it learns to predict. If it learns from logged outcomes, only the cut-off counts: the length of a list.
    pub metric: Metric,
    /// Its features. In the paper, the loss is the feature that passes a gradient.
    pub inputs: Vec<Feature>,
    /// Whether the features are standardised.
    pub features: Features,
    /// Epochs of its training while the actor is frozen.
    pub epochs: u64,
    /// Adam's step size, also in the actor-critic phase.
    pub learning_rate: f64,
    /// The weight of the sum of squares of its parameters. It is divided by the batch size.
    pub l2: f64,
}

/// Whether the critic's features are standardised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Features {
    /// They are standardised by statistics that are collected while the actor trains.
    #[default]
    Standardised,
    /// They are not: the statistics stay at mean 0 and variance 1, as in the published code.
    Raw,
}

/// What the critic learns to predict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A metric of the actor's ranking.
    #[default]
    Metric,
    /// What came of lists that were shown.
    Outcomes,
}

impl Target {
    fn is_metric(&self) -> bool {
        *self == Self::Metric
    }
}

/// One fine-tuning of the best actor. Each starts from the same actor and trains on the same batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum FineTuning {
    /// An arm: a loss without a critic.
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

/// The phase in which both the actor and the critic train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActorCritic {
    /// Number of epochs.
    pub epochs: u64,
    /// Adam's step size for the actor. If there are several, the one that does best on the validation users is kept.
    pub learning_rate: Rates,
    /// The weight of the actor's own regulariser in the actor's loss, which is otherwise minus the critic's prediction;
    /// 0 in the paper. It multiplies the regulariser's weight at the actor's best epoch.
    pub regulariser: f64,
    /// If it is given, the actor's loss is its own loss with its regulariser, as in the control, minus lambda times the critic's mean
    /// prediction. With 0 it is the control's. If it is left out, the loss is minus the prediction alone, as in the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda: Option<f64>,
    /// The weight of the trust region: of the divergence `KL(p || q)` from the actor at the start of the phase, p, to the actor that trains,
    /// q, both as the softmax of their scores; mean over users. 0 in the paper.
    #[serde(skip_serializing_if = "is_zero")]
    pub trust: f64,
    /// Whether the critic's Adam goes on from the critic's own phase. Each step size starts from the same state.
    pub critic_adam: CriticAdam,
}

/// Epochs and step sizes of a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Number of epochs.
    pub epochs: u64,
    /// Adam's step size for the actor. If there are several, the one that does best on the validation users is kept.
    pub learning_rate: Rates,
}

/// Epochs and step size of the control and of the other fine-tuning arms without a critic. Values that are left out are
/// those of the actor-critic phase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Control {
    /// Number of epochs.
    pub epochs: Option<u64>,
    /// Adam's step size for the actor, or several step sizes.
    pub learning_rate: Option<Rates>,
}

/// Epochs and step size of the fine-tuning arms at the full step size. The defaults are those of the authors' program
/// (Lobel et al., ICLR 2020), which fine-tunes with WARP, with LambdaRank, and by phase 1 again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FullRate {
    /// Number of epochs.
    pub epochs: u64,
    /// Adam's step size for the actor.
    pub learning_rate: f64,
}

/// The metrics to measure, and the metric that selects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evaluation {
    /// Metrics in `result.json`.
    pub metrics: Vec<Metric>,
    /// The metric that selects: each phase keeps the epoch with its best value on the validation users.
    pub select: Metric,
}

/// The authors' script of Mult-VAE's longer run on ML-20M; its other run has 100 epochs. The weights by actor (`beta_max`,
/// `l2`) are those of the registry; `gamma` is that of RecVAE's authors for ML-20M; EASE's settings are ours.
impl Default for Actor {
    fn default() -> Self {
        Self {
            network: ActorKind::default(),
            hidden: 600,
            latent: 200,
            epochs: 200,
            learning_rate: 1e-3,
            decay: 1.0,
            anneal_batches: 200_000,
            beta_max: None,
            l2: None,
            positive_weight: 5.0,
            gamma: 0.005,
            ease_lambda: 200.0,
            ease_items: 0,
            ease_user_power: 0.0,
            ease_dropout: 0.0,
            ease_popularity: 0.0,
            ease_gain: 1.0,
            knn_neighbours: KnnPart::default().neighbours,
            knn_gain: KnnPart::default().gain,
            popularity_power: 0.0,
            sl_k: SlAtK::default().k,
            sl_weight_temperature: 1.0,
            sl_temperature: 1.0,
            temperature: TEMPERATURE,
        }
    }
}

/// Settings that came later are written only where they are used: the configurations of older runs stay as they are.
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_one(value: &f64) -> bool {
    *value == 1.0
}

/// The temperature of SimpleX's and other sampled softmax losses is of this order.
const TEMPERATURE: f64 = 0.1;

fn is_default_temperature(temperature: &f64) -> bool {
    *temperature == TEMPERATURE
}

fn is_default_neighbours(neighbours: &usize) -> bool {
    *neighbours == KnnPart::default().neighbours
}

fn is_default_k(k: &usize) -> bool {
    *k == SlAtK::default().k
}

impl Actor {
    /// The settings of the loss SL@K.
    pub(crate) fn sl_at_k(&self) -> SlAtK {
        SlAtK { k: self.sl_k, weight_temperature: self.sl_weight_temperature, temperature: self.sl_temperature }
    }

    /// The settings of its part of item neighbours.
    pub(crate) fn knn_part(&self) -> KnnPart {
        KnnPart { neighbours: self.knn_neighbours, gain: self.knn_gain }
    }

    /// The settings of its EASE part.
    pub(crate) fn ease_part(&self) -> EasePart {
        let weighting = Weighting {
            lambda: self.ease_lambda,
            user_power: self.ease_user_power,
            dropout: self.ease_dropout,
            popularity: self.ease_popularity,
        };
        EasePart { weighting, items: self.ease_items, gain: self.ease_gain }
    }
}

/// Lobel et al., ICLR 2020, section 3.2, and the authors' script: the widths, 50 epochs, 1e-4. That the features are
/// standardised is what they describe; their program saw them raw.
impl Default for Critic {
    fn default() -> Self {
        Self {
            hidden: vec![100, 100, 10],
            target: Target::default(),
            outcomes: None,
            metric: Metric::ndcg(100),
            inputs: of_the_paper(),
            features: Features::default(),
            epochs: 50,
            learning_rate: 1e-4,
            l2: 1e-4,
        }
    }
}

impl Evaluation {
    /// The facts of the items that its metrics need.
    pub(crate) fn facts(&self, train: &Interactions) -> ItemFacts {
        ItemFacts::of(train, &[&self.metrics[..], &[self.select]].concat())
    }
}

/// The authors' script of the longer run on ML-20M; its other run has 50 epochs.
impl Default for ActorCritic {
    fn default() -> Self {
        Self {
            epochs: 100,
            learning_rate: Rates::of(2e-6),
            regulariser: 0.0,
            lambda: None,
            trust: 0.0,
            critic_adam: CriticAdam::default(),
        }
    }
}

impl Default for FullRate {
    fn default() -> Self {
        Self { epochs: 50, learning_rate: 1e-3 }
    }
}

/// The paper's tables, and figure 6; its selection by NDCG@100.
impl Default for Evaluation {
    fn default() -> Self {
        let (ndcg, recall) = (Metric::ndcg, Metric::recall);
        let metrics = vec![recall(20), recall(50), ndcg(100), ndcg(1), ndcg(3), ndcg(5), ndcg(200)];
        Self { metrics, select: ndcg(100) }
    }
}
