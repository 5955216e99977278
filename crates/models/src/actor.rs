//! The trait that every actor implements, with its inputs and outputs.

use crate::Loss;
use crate::baselines::Ease;
use ract_autodiff::{Mat, Module, Result, Scalar, Sparse, Tape, Var};
use std::sync::Arc;

/// A batch of B users, as an actor sees it.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a, T> {
    /// The items that the actor sees, B x I, each with the value `1 / (||x||_2 keep)`: the input `u` of
    /// `ract_data::Batch`.
    pub input: &'a Arc<Sparse<T>>,
    /// All items of each user, B x I, each with the value 1. For held-out users: only the items that the actor sees.
    pub items: &'a Arc<Sparse<T>>,
    /// The users' rows in the training data. `None` for held-out users, on whom no actor was trained.
    pub rows: Option<&'a [u32]>,
}

/// An actor's output, before a loss compares it with the users' items.
#[derive(Clone, Copy, Debug)]
pub struct Output<'t, T> {
    /// Scores of all items, B x I.
    pub scores: Var<'t, T>,
    /// The scores that the loss compares with the users' items in training, B x I. They differ from `scores` only when
    /// a part of the actor is fixed.
    pub own: Var<'t, T>,
    /// For a variational actor: the divergence of the latent variables from their prior, mean over users, 1 x 1. `None`
    /// for other actors.
    pub kl: Option<Var<'t, T>>,
}

/// The parts of an actor's forward pass that a training step needs.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'t, T> {
    /// Scores, B x I.
    pub scores: Var<'t, T>,
    /// See [`Output::own`].
    pub own: Var<'t, T>,
    /// The actor's own loss `E(x, s)` on all of each user's items, B x 1.
    pub loss: Var<'t, T>,
    /// For a variational actor: the divergence of the latent variables from their prior, mean over users, 1 x 1. `None`
    /// for other actors.
    pub kl: Option<Var<'t, T>>,
}

impl<'t, T> Output<'t, T> {
    /// An output in which the loss trains all of the scores.
    pub fn of(scores: Var<'t, T>, kl: Option<Var<'t, T>>) -> Self {
        Self { scores, own: scores, kl }
    }
}

/// `gain x B`, where x has a 1 at each of the user's items.
#[derive(Clone, Copy, Debug)]
pub struct LinearPart<'a> {
    /// The weights B.
    pub ease: &'a Ease<f32>,
    /// What the product is multiplied by.
    pub gain: f64,
}

/// What one epoch of an actor's own training changes, and how many items it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// The parameters whose names start with this are trained.
    pub prefix: &'static str,
    /// The probability that the actor sees an item. With `None`, the configuration's `keep` counts.
    pub keep: Option<f64>,
}

impl Turn {
    /// All parameters are trained, with the configuration's `keep`.
    pub const ALL: Self = Self { prefix: "", keep: None };
}

/// A recommender that is trained by gradients: first on its own loss, then on the critic's prediction.
pub trait Actor<T: Scalar>: Module<T> + Send + Sync {
    /// The scores of all items for each user. In training, `eps` is the noise (B x [`noise`](Self::noise)); at
    /// evaluation there is none.
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T>;

    /// The actor's own loss.
    fn loss(&self) -> Loss;

    /// A part that no gradient trains, which is added to the scores as a constant with the name `linear`.
    fn linear_part(&self) -> Option<LinearPart<'_>> {
        None
    }

    /// What epoch `epoch` (counted from 1) of the actor's own training trains.
    fn turn(&self, _epoch: u64) -> Turn {
        Turn::ALL
    }

    /// Is called at the end of each epoch of the actor's own training.
    ///
    /// # Errors
    /// When a parameter is still on a tape.
    fn end_epoch(&mut self, _epoch: u64) -> Result<()> {
        Ok(())
    }

    /// How many normal draws a training pass takes for each user; 0 unless the actor is variational.
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
