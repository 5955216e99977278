//! Measures the time of the real training steps, for `make bench`.

use super::evaluate::evaluate_actor;
use super::state::PhaseState;
use super::{Progress, Trainer};
use crate::config::{Config, Data, Phase, Synthetic};
use crate::metrics::Metric;
use crate::run::EpochRecord;
use crate::{Error, Result};
use ndarray_rand::rand_distr::{Distribution, LogNormal};
use ract_autodiff::Profile;
use ract_data::random::{Purpose, stream};
use ract_data::{HeldOut, Interactions};
use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Instant;

/// Steps at the start of a measurement that are not counted, because they touch the buffers for the first time.
const WARM_UP: usize = 3;
/// The number of users whose items are ranked when the evaluation is timed.
const EVALUATED: usize = 2000;

/// The size of the problem.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// Number of items, I.
    pub items: usize,
    /// Users per step, B.
    pub batch: usize,
    /// Items per user, on average.
    pub per_user: f64,
    /// Width of the hidden layers.
    pub hidden: usize,
    /// Number of latent variables.
    pub latent: usize,
    /// Number of users from whom the steps draw.
    pub users: usize,
}

impl Default for Workload {
    /// The size of MovieLens 20M with the paper's network.
    fn default() -> Self {
        Self { items: 20_108, batch: 500, per_user: 73.0, hidden: 600, latent: 200, users: 6_000 }
    }
}

impl Workload {
    /// The configuration with which the steps run.
    pub fn config(&self) -> Config {
        let data = Synthetic { users: self.users, items: self.items, heldout_users: EVALUATED, seed: 0 };
        let mut config = Config::new("bench", Data::Synthetic(data));
        config.batch_size = self.batch;
        config.actor.hidden = self.hidden;
        config.actor.latent = self.latent;
        config
    }

    /// Random users. Their numbers of items are log-normal, and the popularity of the items has a long tail
    /// (Zipf-Mandelbrot).
    fn interactions(&self) -> Interactions {
        let mut rng = stream(0, Purpose::SyntheticUsers, 1, 0);
        let mut tail = Vec::with_capacity(self.items);
        let mut sum = 0.0;
        for rank in 0..self.items {
            sum += 1.0 / (rank as f64 + 60.0);
            tail.push(sum);
        }
        let mut names: Vec<u32> = (0..self.items as u32).collect();
        names.shuffle(&mut rng);
        let activity = LogNormal::new(0.0, 1.0).expect("1 is a deviation");
        let mean = 0.5_f64.exp();
        let most = (self.items / 8).max(1);
        let rows = (0..self.users).map(|_| {
            let wanted = (self.per_user * activity.sample(&mut rng) / mean).round() as usize;
            let mut row = Vec::new();
            while row.len() < wanted.clamp(5, most.max(5)).min(self.items) {
                let at = tail.partition_point(|&up_to| up_to < sum * rng.random::<f64>());
                let item = names[at.min(self.items - 1)];
                if !row.contains(&item) {
                    row.push(item);
                }
            }
            row
        });
        Interactions::from_rows(self.items, rows)
    }
}

/// The part of training that is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A step of the actor on its own loss: forward, backward, Adam.
    Actor,
    /// A step of the critic: the actor's forward pass, NDCG@100, the critic's backward pass and Adam.
    Critic,
    /// A step of both networks from one forward pass.
    ActorCritic,
    /// The evaluation of a batch of users: forward pass, NDCG@100, Recall@20, Recall@50.
    Evaluate,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Actor, Self::Critic, Self::ActorCritic, Self::Evaluate];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Critic => "critic",
            Self::ActorCritic => "actor_critic",
            Self::Evaluate => "evaluate",
        }
    }

    /// The name in tables.
    pub fn title(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Critic => "critic",
            Self::ActorCritic => "actor-critic",
            Self::Evaluate => "evaluation",
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title())
    }
}

/// The time of an epoch, from its first batch to the evaluation of its outcome.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Epoch {
    /// Number of steps of the actor.
    pub batches: usize,
    /// Number of users who were then evaluated.
    pub evaluated: usize,
    /// The total time in seconds.
    pub seconds: f64,
}

/// Networks and users, ready to be timed.
pub struct Workbench<'a> {
    trainer: Trainer<'a>,
    train: Interactions,
    held_out: HeldOut,
}

impl<'a> Workbench<'a> {
    /// New networks, and the users of `workload`. `config` must be that of [`Workload::config`].
    ///
    /// # Errors
    /// When there are fewer users than in a batch.
    pub fn new(config: &'a Config, workload: &Workload) -> Result<Self> {
        let train = workload.interactions();
        if train.n_users() < config.batch_size {
            let problem = format!("{} users are less than a batch of {}", train.n_users(), config.batch_size);
            return Err(Error::Usage(problem));
        }
        let evaluated = 0..EVALUATED.min(train.n_users());
        let part = |held_out: bool| {
            let rows = evaluated.clone().map(|user| {
                let items = train.items(user).iter().enumerate();
                items.filter(|(i, _)| (i % 5 == 4) == held_out).map(|(_, &item)| item).collect::<Vec<_>>()
            });
            Interactions::from_rows(train.n_items(), rows)
        };
        let held_out = HeldOut { fold_in: part(false), held_out: part(true), candidates: None };
        Ok(Self { trainer: Trainer::new(config, &train)?, train, held_out })
    }

    /// The time of each of `steps` steps in seconds, in the loop that training runs. A few steps before them are not
    /// counted.
    ///
    /// # Errors
    /// When a step fails.
    pub fn time(&mut self, part: Part, steps: usize) -> Result<Vec<f64>> {
        let phase = match part {
            Part::Actor => Phase::Actor,
            Part::Critic => Phase::Critic,
            Part::ActorCritic => Phase::ActorCritic,
            Part::Evaluate => return self.time_evaluation(steps),
        };
        let mut state = PhaseState::new(phase, &self.trainer);
        let mut clock = Clock { ticks: Vec::new() };
        let mut epoch = 0;
        let mut seconds = Vec::new();
        while seconds.len() < WARM_UP + steps {
            epoch += 1;
            clock.ticks = vec![Instant::now()];
            self.trainer.epoch(&mut state, epoch, &self.train, &mut clock)?;
            // The first step of an epoch also waits for its batch to be drawn. It counts like any other step.
            seconds.extend(clock.ticks.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()));
        }
        Ok(seconds.split_off(WARM_UP).into_iter().take(steps).collect())
    }

    /// Starts to record which parts take the time.
    pub fn profile(&self) {
        self.trainer.tape.profile();
    }

    /// Returns the recorded times.
    pub fn take_profile(&self) -> Profile {
        self.trainer.tape.take_profile()
    }

    /// Times a full epoch of the actor, and the evaluation that follows it.
    ///
    /// # Errors
    /// When a step fails.
    pub fn epoch(&mut self) -> Result<Epoch> {
        let mut state = PhaseState::new(Phase::Actor, &self.trainer);
        let start = Instant::now();
        self.trainer.epoch(&mut state, 1, &self.train, &mut Clock { ticks: Vec::new() })?;
        evaluate_actor(&mut self.trainer, &self.held_out, &[Metric::ndcg(100)])?;
        Ok(Epoch {
            batches: self.trainer.batches(Phase::Actor, &self.train),
            evaluated: self.held_out.n_users(),
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    fn time_evaluation(&mut self, steps: usize) -> Result<Vec<f64>> {
        const METRICS: [Metric; 3] = [Metric::ndcg(100), Metric::recall(20), Metric::recall(50)];
        let batches = (self.held_out.n_users() as f64 / self.trainer.config.batch_size as f64).max(1.0);
        let mut per_batch = || -> Result<f64> {
            let start = Instant::now();
            evaluate_actor(&mut self.trainer, &self.held_out, &METRICS)?;
            Ok(start.elapsed().as_secs_f64() / batches)
        };
        per_batch()?;
        (0..steps.div_ceil(batches as usize)).map(|_| per_batch()).collect()
    }
}

/// Records the time at which each batch is done.
struct Clock {
    ticks: Vec<Instant>,
}

impl Progress for Clock {
    fn taken(&mut self, _: &Path) {}

    fn phase(&mut self, _: Phase, _: u64, _: u64, _: usize) {}

    fn batch(&mut self) {
        self.ticks.push(Instant::now());
    }

    fn epoch(&mut self, _: &EpochRecord) {}
}
