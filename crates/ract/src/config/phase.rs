//! The phases of training.

use super::{Actor, ActorCritic, Config, FineTuning, Rates, Schedule};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The phases, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The actor trains on its own loss.
    Actor,
    /// From the best actor: its own loss goes on at the small step size of the actor-critic phase.
    Control,
    /// From the best actor: its own loss without the regulariser.
    Flat,
    /// From the best actor: its own loss without the regulariser, each user's divided by the number of the user's items.
    PerItem,
    /// From the best actor: the listwise WARP loss.
    Warp,
    /// From the best actor: the LambdaRank loss.
    LambdaRank,
    /// From the best actor: the critic learns to predict the metric while the actor is frozen.
    Critic,
    /// From the best actor and its critic: both train.
    ActorCritic,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 8] = [
        Self::Actor,
        Self::Control,
        Self::Flat,
        Self::PerItem,
        Self::Warp,
        Self::LambdaRank,
        Self::Critic,
        Self::ActorCritic,
    ];

    /// Those that a configuration asks for, in order.
    pub fn of(config: &Config) -> impl Iterator<Item = Self> {
        let asked = |fine_tuning| config.fine_tuning.contains(&fine_tuning);
        Self::ALL.into_iter().filter(move |phase| match phase {
            Self::Actor => true,
            Self::Control => asked(FineTuning::Control),
            Self::Flat => asked(FineTuning::Flat),
            Self::PerItem => asked(FineTuning::PerItem),
            Self::Warp => asked(FineTuning::Warp),
            Self::LambdaRank => asked(FineTuning::LambdaRank),
            Self::Critic | Self::ActorCritic => asked(FineTuning::Ract),
        })
    }

    /// The phase whose outcome this one starts from.
    pub fn starts_from(self) -> Option<Self> {
        match self {
            Self::Actor => None,
            Self::ActorCritic => Some(Self::Critic),
            _ => Some(Self::Actor),
        }
    }

    /// The name in files and histories.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Control => "control",
            Self::Flat => "flat",
            Self::PerItem => "per_item",
            Self::Warp => "warp",
            Self::LambdaRank => "lambda_rank",
            Self::Critic => "critic",
            Self::ActorCritic => "actor_critic",
        }
    }

    /// The name in results, where the phase's outcome is tested.
    pub fn outcome(self) -> Option<&'static str> {
        match self {
            Self::Critic => None,
            Self::ActorCritic => Some("ract"),
            _ => Some(self.name()),
        }
    }

    /// Which draws of batches, masks and noise it trains on. All fine-tunings have the same, so that they differ by their
    /// losses alone.
    pub fn draws(self) -> u64 {
        match self {
            Self::Actor => 0,
            Self::Critic => 1,
            _ => 2,
        }
    }

    /// The key of its step size in an experiment file.
    pub fn learning_rate_key(self) -> &'static str {
        match self {
            Self::Actor => "actor.learning_rate",
            Self::Critic => "critic.learning_rate",
            Self::ActorCritic => "actor_critic.learning_rate",
            _ => "control.learning_rate",
        }
    }

    /// Epochs at each of its step sizes for the actor.
    pub fn schedule(self, config: &Config) -> Schedule {
        match self {
            Self::Actor => {
                let Actor { epochs, learning_rate, .. } = config.actor;
                Schedule { epochs, learning_rate: Rates::of(learning_rate) }
            }
            // The step size is that of nobody: the actor is frozen.
            Self::Critic => Schedule { epochs: config.critic.epochs, learning_rate: Rates::of(0.0) },
            Self::ActorCritic => {
                let ActorCritic { epochs, learning_rate, .. } = config.actor_critic.clone();
                Schedule { epochs, learning_rate }
            }
            _ => config.control(),
        }
    }

    /// How many epochs it has, at all of its step sizes.
    pub fn epochs(self, config: &Config) -> u64 {
        let Schedule { epochs, learning_rate } = self.schedule(config);
        epochs * learning_rate.iter().len() as u64
    }

    /// The actor's step size in epoch `epoch` (from 1) of the phase.
    pub fn learning_rate(self, config: &Config, epoch: u64) -> f64 {
        let Schedule { epochs, learning_rate } = self.schedule(config);
        learning_rate.iter().nth(((epoch - 1) / epochs) as usize).unwrap_or_default()
    }

    /// Whether the actor changes, so that each epoch is measured on the validation users and the best one kept.
    pub fn selects(self) -> bool {
        self != Self::Critic
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
