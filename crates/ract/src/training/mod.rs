//! The training of the actor, of the critic, and of both together.

mod epoch;
mod evaluate;
mod features;
#[cfg(test)]
mod gradient_path;
mod moments;
pub(crate) mod outcomes;
mod phase;
mod progress;
mod snapshot;
mod state;
mod steps;
pub mod workbench;

pub use progress::Progress;

pub(crate) use evaluate::{evaluate_actor, evaluate_baseline, test_actor, test_on_training_users, users_at_once};
pub(crate) use phase::train_phase;

use crate::config::{Config, Phase, Target};
use crate::metrics::{ItemFacts, RankingMetric};
use crate::run::Checkpoints;
use crate::{Error, Result};
use outcomes::Log;
use ract_autodiff::{Module, Param, Tape};
use ract_data::Interactions;
use ract_data::random::{Purpose, stream};
use ract_models::actors::{Beta, Setting};
use ract_models::features::head;
use ract_models::{Actor, Critic, CriticOutput};
use rand::RngCore;
use std::sync::Arc;

/// The actor, the critic, and the state that their training shares.
pub(crate) struct Trainer<'a> {
    pub(crate) config: &'a Config,
    pub(crate) actor: Box<dyn Actor<f32>>,
    pub(crate) critic: Critic<f32>,
    /// The metric that the critic learns to predict.
    target: Arc<dyn RankingMetric>,
    /// The log of outcomes that the critic learns from, if there is one.
    log: Option<Arc<Log>>,
    /// For each held-out list of the log, how much the start of the fine-tuning exposes it. Empty until it is measured.
    start_exposures: Vec<f64>,
    /// The actor from which the actor-critic phase starts, if it has a trust region or a log.
    start: Option<Box<dyn Actor<f32>>>,
    /// What the metrics ask of the items.
    pub(crate) facts: ItemFacts,
    /// For each item, whether it is in the head.
    is_head: Vec<bool>,
    /// The weight of the sum of squares of the parameters of an actor that is not variational.
    l2: f64,
    /// The largest weight of the KL term.
    beta_max: f64,
    /// Number of batches of the actor's own training so far. It sets the weight of the KL term.
    pub(crate) batches_seen: u64,
    pub(crate) tape: Tape<f32>,
    /// How many users are evaluated at a time; as many as are fast if it is `None`.
    users_at_once: Option<usize>,
}

impl<'a> Trainer<'a> {
    /// New networks, initialised from the configuration's seed.
    ///
    /// # Errors
    /// When the actor cannot be built from these data.
    pub(crate) fn new(config: &'a Config, train: &Interactions) -> Result<Self> {
        Self::with_target(config, train, Arc::new(config.critic.metric))
    }

    /// As [`new`](Self::new), with a critic that learns to predict `target` instead of the configuration's metric.
    pub(crate) fn with_target(
        config: &'a Config,
        train: &Interactions,
        target: Arc<dyn RankingMetric>,
    ) -> Result<Self> {
        let items = train.n_items();
        let settings = &config.actor;
        let network = settings.network;
        let actor = new_actor(config, train)?;
        let tape = Tape::new();
        tape.set_products(config.products()?);
        let is_unbounded = target.is_unbounded() || config.critic.target == Target::Outcomes;
        let output = if is_unbounded { CriticOutput::Unbounded } else { CriticOutput::Bounded };
        let features = config.critic.inputs.iter().map(|input| input.width.of(items)).sum();
        Ok(Self {
            config,
            actor,
            critic: Critic::new(features, &config.critic.hidden, output, &mut weights(config, 1)),
            target,
            log: None,
            start_exposures: Vec::new(),
            start: None,
            facts: ItemFacts::of(train, &config.metrics()),
            is_head: head(train),
            l2: settings.l2.unwrap_or(network.l2),
            beta_max: settings.beta_max.unwrap_or(network.beta.largest()),
            batches_seen: 0,
            tape,
            users_at_once: None,
        })
    }

    /// Reads the log of outcomes, if the critic learns from one.
    ///
    /// # Errors
    /// When it cannot be read, or has too few lists.
    pub(crate) fn read_log(&mut self, train: &Interactions) -> Result<()> {
        self.log = Log::read(self.config, train)?.map(Arc::new);
        Ok(())
    }

    /// Prepares what a fine-tuning compares with its start: the held-out lists of the log, the actor itself.
    pub(crate) fn compare_with_start(
        &mut self,
        phase: Phase,
        train: &Interactions,
        checkpoints: &Checkpoints,
    ) -> Result<()> {
        let of_outcomes = self.config.critic.target == Target::Outcomes;
        let trusts = self.config.actor_critic.trust > 0.0;
        if phase.starts_from().is_none() || !(trusts || of_outcomes) {
            return Ok(());
        }
        self.restore(&checkpoints.outcome(Phase::Actor)?)?;
        self.measure_start(train)?;
        if phase == Phase::ActorCritic {
            let mut start = new_actor(self.config, train)?;
            for (param, trained) in start.params_mut().into_iter().zip(self.actor.params()) {
                param.value_mut()?.assign(trained.value());
            }
            self.start = Some(start);
        }
        Ok(())
    }

    /// The current weight of the KL term: `min(t / T, beta_max)`, or `beta_max` if the actor's KL term is not annealed.
    pub(crate) fn beta(&self) -> f64 {
        let annealed = self.batches_seen as f64 / self.config.actor.anneal_batches as f64;
        match self.config.actor.network.beta {
            Beta::UpTo(_) => annealed.min(self.beta_max),
            Beta::Constant(_) | Beta::Absent => self.beta_max,
        }
    }

    /// The parameters of both networks, by name.
    pub(crate) fn params(&self) -> Vec<(String, &Param<f32>)> {
        let actor = self.actor.params().into_iter().map(|p| (full_name("actor", p), p));
        let critic = self.critic.params().into_iter().map(|p| (full_name("critic", p), p));
        actor.chain(critic).collect()
    }

    /// The parameters of both networks, by name, to be changed.
    pub(crate) fn params_mut(&mut self) -> Vec<(String, &mut Param<f32>)> {
        let actor = self.actor.params_mut().into_iter().map(|p| (full_name("actor", p), p));
        let critic = self.critic.params_mut().into_iter().map(|p| (full_name("critic", p), p));
        actor.chain(critic).collect()
    }
}

fn weights(config: &Config, network: u64) -> impl RngCore + use<> {
    stream(config.seed, Purpose::Weights, network, 0)
}

/// The actor with new parameters.
fn new_actor(config: &Config, train: &Interactions) -> Result<Box<dyn Actor<f32>>> {
    let settings = &config.actor;
    let network = settings.network;
    let setting = Setting {
        items: train.n_items(),
        hidden: settings.hidden,
        latent: settings.latent,
        positive_weight: settings.positive_weight,
        gamma: settings.gamma,
        ease: settings.ease_part(),
        knn: settings.knn_part(),
        popularity_power: settings.popularity_power,
        sl: settings.sl_at_k(),
        temperature: settings.temperature,
        train,
    };
    setting.check_memory().map_err(|error| Error::Usage(format!("actor.hidden: {error}")))?;
    (network.build)(&setting, &mut weights(config, 0))
        .map_err(|error| Error::Failed(format!("actor.network {network}: {error}")))
}

fn full_name(network: &str, param: &Param<f32>) -> String {
    format!("{network}.{}", param.name())
}
