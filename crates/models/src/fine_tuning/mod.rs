//! Fine-tuning arms: losses on which the best actor trains further without a critic. One arm per file. Each arm starts
//! from the same actor and trains on the same batches as the critic's arm. To add an arm, write a file beside this one
//! and add a line to [`ARMS`].

mod actor_full_rate;
mod control;
mod flat;
mod lambda_rank;
mod lambda_rank_full_rate;
mod per_item;
mod sl_at_k;
mod warp;
mod warp_full_rate;

use crate::Scored;
use crate::registry::{Entry, Registered};
use ract_autodiff::{Sparse, Tape, Var};
use ract_data::Interactions;
use std::sync::Arc;

/// A fine-tuning arm: one way to train the best actor further.
pub struct ArmEntry {
    /// The name in experiment files.
    pub name: &'static str,
    /// The name in histories, results and checkpoints.
    pub key: &'static str,
    /// The name in tables.
    pub label: &'static str,
    /// Whether the actor's regulariser is added to the loss.
    pub regulariser: Regulariser,
    /// The schedule by which it trains.
    pub pace: Pace,
    /// The loss of each user, B x 1. Its mean is minimised.
    pub loss: for<'t> fn(&ArmInput<'_, 't>) -> Var<'t, f32>,
}

/// The weight of the actor's regulariser in an arm's loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regulariser {
    /// The loss has none.
    Absent,
    /// It stays as it was at the actor's best epoch.
    Constant,
    /// It starts again from 0, as in the actor's own training.
    AnnealedAnew,
}

/// The schedule of an arm: which section of an experiment file sets its epochs and its step size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// That of the actor-critic phase and of the control: small step sizes.
    Slow,
    /// That of the authors' program: 50 epochs at the step size of the actor's own training, 1e-3 (Lobel et al., ICLR
    /// 2020, published code).
    Full,
}

/// The input of an arm's loss: a batch of B users, and the actor's output for them.
pub struct ArmInput<'a, 't> {
    /// The tape that records the loss.
    pub tape: &'t Tape<f32>,
    /// The items that the actor sees.
    pub seen: &'a Interactions,
    /// The user's items that the actor does not see.
    pub unseen: &'a Interactions,
    /// All items of each user, B x I, each with the value 1.
    pub items: &'a Arc<Sparse<f32>>,
    /// The actor's output and its own loss.
    pub scored: &'a Scored<'t, f32>,
    /// How many ranks the critic's metric looks at.
    pub depth: usize,
}

/// All arms.
pub static ARMS: &[ArmEntry] = &[
    control::ENTRY,
    flat::ENTRY,
    per_item::ENTRY,
    warp::ENTRY,
    lambda_rank::ENTRY,
    sl_at_k::ENTRY,
    warp_full_rate::ENTRY,
    lambda_rank_full_rate::ENTRY,
    actor_full_rate::ENTRY,
];

/// A fine-tuning arm, identified by its name.
pub type Arm = Entry<ArmEntry>;

impl Registered for ArmEntry {
    const WHAT: &'static str = "fine-tuning";

    fn registry() -> &'static [Self] {
        ARMS
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

/// The control arm, which is the comparison for the paper's critic: the actor's own training continues.
pub fn control() -> Option<Arm> {
    Arm::named(control::ENTRY.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Loss;
    use ndarray::array;

    #[test]
    fn every_arm_has_a_finite_loss_per_user_and_a_gradient_with_respect_to_the_scores() {
        let rows = |rows: [&[u32]; 2]| Interactions::from_rows(4, rows.map(<[u32]>::to_vec));
        let (seen, unseen) = (rows([&[0], &[1]]), rows([&[2], &[0]]));
        let items = Arc::new(Sparse::new((2, 4), vec![0, 2, 4], vec![0, 2, 0, 1], vec![1.0; 4]));
        for entry in ARMS {
            let tape = Tape::new();
            let scores = tape.input(array![[0.5_f32, -1.0, 0.25, 1.0], [1.5, 0.0, 2.0, 0.5]]);
            let scored = Scored { output: crate::Output::of(scores, None), loss: Loss::Nll.of(scores, &items) };
            let input =
                ArmInput { tape: &tape, seen: &seen, unseen: &unseen, items: &items, scored: &scored, depth: 2 };
            let loss = (entry.loss)(&input);
            let value = loss.value().unwrap();
            assert!(value.dim() == (2, 1) && value.iter().all(|x| x.is_finite()), "{}: {value}", entry.name);
            let grads = loss.mean().backward([scores]).unwrap();
            let moves = grads.get(scores).is_some_and(|grad| grad.iter().any(|&g| g != 0.0));
            assert!(moves, "{}", entry.name);
        }
    }

    #[test]
    fn names_and_keys_are_unique_and_keys_can_be_parts_of_file_names() {
        for (place, entry) in ARMS.iter().enumerate() {
            assert!(entry.key.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", entry.key);
            let others = &ARMS[place + 1..];
            assert!(others.iter().all(|other| other.name != entry.name && other.key != entry.key), "{}", entry.name);
        }
        assert!(control().is_some());
    }
}
