//! What every actor does.

use crate::Loss;
use ract_autodiff::{Mat, Module, Result, Scalar, Sparse, Tape, Var};
use std::sync::Arc;

/// What an actor is told of a batch of B users.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a, T> {
    /// The items that it sees, B x I, each `1 / (||x||_2 keep)` (METHOD: `u`).
    pub input: &'a Arc<Sparse<T>>,
    /// All items of each user, B x I, each with the value 1; of held-out users those that the actor sees.
    pub items: &'a Arc<Sparse<T>>,
    /// The users' rows in the training data; `None` for held-out users, whom no actor knows.
    pub rows: Option<&'a [u32]>,
}

/// An actor's output, before it is compared with anything.
#[derive(Clone, Copy, Debug)]
pub struct Output<'t, T> {
    /// Scores of all items, B x I.
    pub scores: Var<'t, T>,
    /// What of them is compared with the users' items in training, B x I: all, unless a part of the actor is fixed.
    pub own: Var<'t, T>,
    /// Of a variational actor: divergence of the latent variables from their prior, mean over users, 1 x 1.
    pub kl: Option<Var<'t, T>>,
}

/// What a training step needs of an actor's forward pass.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'t, T> {
    /// Scores, B x I.
    pub scores: Var<'t, T>,
    /// As [`Output::own`].
    pub own: Var<'t, T>,
    /// The actor's own loss `E(x, s)` on all of each user's items, B x 1.
    pub loss: Var<'t, T>,
    /// Of a variational actor: divergence of the latent variables from their prior, mean over users, 1 x 1.
    pub kl: Option<Var<'t, T>>,
}

impl<'t, T> Output<'t, T> {
    /// All of the scores are trained.
    pub fn of(scores: Var<'t, T>, kl: Option<Var<'t, T>>) -> Self {
        Self { scores, own: scores, kl }
    }
}

/// A part of an actor's own training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// The parameters whose names start so are trained.
    pub prefix: &'static str,
    /// The probability that an item is seen; what the configuration says when there is none.
    pub keep: Option<f64>,
}

impl Turn {
    /// All parameters, as the configuration says.
    pub const ALL: Self = Self { prefix: "", keep: None };
}

/// A recommender that is trained by gradients: by its own loss, and then by the critic's.
pub trait Actor<T: Scalar>: Module<T> + Send + Sync {
    /// Scores of the users' items: with the noise `eps` (B x [`noise`](Self::noise)) in training, without at evaluation.
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T>;

    /// What it is trained by at first.
    fn loss(&self) -> Loss;

    /// What epoch `epoch` (from 1) of its own training trains on.
    fn turn(&self, _epoch: u64) -> Turn {
        Turn::ALL
    }

    /// Hears of the end of an epoch of its own training.
    ///
    /// # Errors
    /// When a parameter is still on a tape.
    fn end_epoch(&mut self, _epoch: u64) -> Result<()> {
        Ok(())
    }

    /// Normal draws that a user's training pass takes; none unless the actor is variational.
    fn noise(&self) -> usize {
        0
    }
}

impl<T: Scalar> dyn Actor<T> + '_ {
    /// The training pass: scores with the noise `eps`, and their losses on all items of each user.
    pub fn forward<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Mat<T>) -> Scored<'t, T> {
        let Output { scores, own, kl } = self.output(tape, users, Some(eps));
        Scored { scores, own, loss: self.loss().of(own, users.items), kl }
    }
}
