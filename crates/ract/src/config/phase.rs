//! The phases of training.

use super::{Actor, ActorCritic, Config, FineTuning, FullRate, Rates, Role, Schedule};
use ract_models::fine_tuning::{Arm, Pace, Regulariser};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The phases, in the order in which they run. In files they are strings, such as `actor_critic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Phase {
    /// The actor trains on its own loss.
    Actor,
    /// The best actor trains further on the loss of a fine-tuning arm, without a critic.
    Arm(Arm),
    /// The best actor is frozen, and the critic learns to predict the metric.
    Critic,
    /// The best actor and its critic train together.
    ActorCritic,
}

impl Phase {
    /// All phases, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Actor].into_iter().chain(Arm::all().map(Self::Arm)).chain([Self::Critic, Self::ActorCritic])
    }

    /// The phases of a configuration, in order.
    pub fn of(config: &Config) -> impl Iterator<Item = Self> {
        let asks_for = |fine_tuning| config.fine_tuning.contains(&fine_tuning);
        Self::all().filter(move |phase| match *phase {
            Self::Actor => true,
            Self::Arm(arm) => asks_for(FineTuning::Arm(arm)),
            Self::Critic | Self::ActorCritic => asks_for(FineTuning::Ract),
        })
    }

    /// The phase from whose outcome this one starts.
    pub fn starts_from(self) -> Option<Self> {
        match self {
            Self::Actor => None,
            Self::Arm(_) | Self::Critic => Some(Self::Actor),
            Self::ActorCritic => Some(Self::Critic),
        }
    }

    /// The name in files and histories.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Arm(arm) => arm.key,
            Self::Critic => "critic",
            Self::ActorCritic => "actor_critic",
        }
    }

    /// The role of its outcome in the test; `None` when the outcome is not tested.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Actor => Some(Role::Actor),
            Self::Arm(arm) => Some(Role::Arm(arm)),
            Self::Critic => None,
            Self::ActorCritic => Some(Role::Ract),
        }
    }

    /// The number that selects its random streams of batches, masks and noise. All fine-tunings have the same number,
    /// so they differ only in their losses.
    pub fn draws(self) -> u64 {
        match self {
            Self::Actor => 0,
            Self::Critic => 1,
            Self::Arm(_) | Self::ActorCritic => 2,
        }
    }

    /// The key of its step size in an experiment file.
    pub fn learning_rate_key(self) -> &'static str {
        match self {
            Self::Actor => "actor.learning_rate",
            Self::Arm(arm) => match arm.pace {
                Pace::Slow => "control.learning_rate",
                Pace::Full => "full_rate.learning_rate",
            },
            Self::Critic => "critic.learning_rate",
            Self::ActorCritic => "actor_critic.learning_rate",
        }
    }

    /// The step sizes of the actor, and the epochs at each of them.
    pub fn schedule(self, config: &Config) -> Schedule {
        match self {
            Self::Actor => {
                let Actor { epochs, learning_rate, .. } = config.actor;
                Schedule { epochs, learning_rate: Rates::of(learning_rate) }
            }
            // The actor is frozen, so it has no step size.
            Self::Critic => Schedule { epochs: config.critic.epochs, learning_rate: Rates::of(0.0) },
            Self::ActorCritic => {
                let ActorCritic { epochs, learning_rate, .. } = config.actor_critic.clone();
                Schedule { epochs, learning_rate }
            }
            Self::Arm(arm) => match arm.pace {
                Pace::Slow => config.control(),
                Pace::Full => {
                    let FullRate { epochs, learning_rate } = config.full_rate;
                    Schedule { epochs, learning_rate: Rates::of(learning_rate) }
                }
            },
        }
    }

    /// Whether the actor trains as in its own phase: in turns, if it has them, and with the weight of its regulariser
    /// annealed from 0.
    pub fn is_own_training(self) -> bool {
        match self {
            Self::Actor => true,
            Self::Arm(arm) => arm.regulariser == Regulariser::AnnealedAnew,
            Self::Critic | Self::ActorCritic => false,
        }
    }

    /// The number of epochs, summed over all step sizes.
    pub fn epochs(self, config: &Config) -> u64 {
        let Schedule { epochs, learning_rate } = self.schedule(config);
        epochs * learning_rate.iter().len() as u64
    }

    /// The actor's step size in epoch `epoch` of the phase, counted from 1.
    pub fn learning_rate(self, config: &Config, epoch: u64) -> f64 {
        let Schedule { epochs, learning_rate } = self.schedule(config);
        let rate = learning_rate.iter().nth(((epoch - 1) / epochs) as usize).unwrap_or_default();
        match self {
            Self::Actor => rate * libm::pow(config.actor.decay, (epoch - 1) as f64),
            Self::Arm(_) | Self::Critic | Self::ActorCritic => rate,
        }
    }

    /// Whether the actor changes in this phase.
    pub fn changes_actor(self) -> bool {
        self != Self::Critic
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Phase {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all().find(|phase| phase.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(Self::name).collect();
            format!("there is no phase '{name}': write one of {}", names.join(", "))
        })
    }
}

impl From<Phase> for String {
    fn from(phase: Phase) -> Self {
        phase.name().to_owned()
    }
}

impl TryFrom<String> for Phase {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_in_order_and_their_names_read_back() {
        let phases: Vec<_> = Phase::all().collect();
        assert!(phases.is_sorted() && phases.first() == Some(&Phase::Actor));
        for phase in phases {
            assert_eq!(phase.name().parse(), Ok(phase));
        }
    }

    #[test]
    fn only_the_actors_own_training_lowers_its_step_size_after_each_epoch() {
        let config: Config =
            toml::from_str("dataset = 'x'\ndata.path = 'x'\nactor.decay = 0.5\nfull_rate.epochs = 3\n").unwrap();
        let rates = |phase: Phase| [1, 2, 3].map(|epoch| phase.learning_rate(&config, epoch));
        assert_eq!(rates(Phase::Actor), [1e-3, 5e-4, 2.5e-4]);
        for phase in Phase::all().filter(|&phase| phase != Phase::Actor) {
            let [first, second, third] = rates(phase);
            assert!(first == second && second == third, "{phase}");
        }
    }
}
