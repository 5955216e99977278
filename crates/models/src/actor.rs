//! The trait that every actor implements, with its inputs and outputs.

use crate::{FixedPart, Loss};
use ract_autodiff::{Mat, Module, Result, Scalar, Sparse, Tape, Var};
use std::cell::OnceCell;
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
#[derive(Debug)]
pub struct Output<'t, T> {
    /// The scores that the loss compares with the users' items in training, B x I. They differ from [`scores`](Self::scores) only
    /// when a part of the actor is fixed.
    pub own: Var<'t, T>,
    /// For a variational actor: the divergence of the latent variables from their prior, mean over users, 1 x 1. `None`
    /// for other actors.
    pub kl: Option<Var<'t, T>>,
    fixed: Option<Fixed<T>>,
    scores: OnceCell<Var<'t, T>>,
}

/// Fixed parts, and the users whose scores they add to.
#[derive(Debug)]
struct Fixed<T> {
    parts: Arc<[FixedPart]>,
    input: Arc<Sparse<T>>,
    items: Arc<Sparse<T>>,
}

impl<'t, T: Scalar> Output<'t, T> {
    /// An output in which the loss trains all of the scores.
    pub fn of(scores: Var<'t, T>, kl: Option<Var<'t, T>>) -> Self {
        Self { own: scores, kl, fixed: None, scores: OnceCell::new() }
    }

    /// The output of an actor that has fixed parts, too, whose own scores are those of `self`.
    pub(crate) fn with_fixed(self, parts: &Arc<[FixedPart]>, users: &Users<'_, T>) -> Self {
        debug_assert!(self.fixed.is_none(), "fixed parts beside fixed parts would be lost");
        let fixed = Fixed { parts: Arc::clone(parts), input: Arc::clone(users.input), items: Arc::clone(users.items) };
        Self { fixed: Some(fixed), scores: OnceCell::new(), ..self }
    }

    /// Scores of all items, B x I. Fixed parts are computed when this is called for the first time: an actor's own training, whose
    /// loss does not see them, does without.
    pub fn scores(&self) -> Var<'t, T> {
        *self.scores.get_or_init(|| {
            let Some(Fixed { parts, input, items }) = &self.fixed else { return self.own };
            let constant = |part: &FixedPart| self.own.tape().constant(part.scores(input, items)).named(part.name());
            parts.iter().fold(self.own, |sum, part| sum + constant(part))
        })
    }
}

/// The parts of an actor's forward pass that a training step needs.
#[derive(Debug)]
pub struct Scored<'t, T> {
    /// The scores, and the divergence of a variational actor.
    pub output: Output<'t, T>,
    /// The actor's own loss `E(x, s)` on all of each user's items, B x 1.
    pub loss: Var<'t, T>,
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

    /// The parts that no gradient trains: constants with their names, which are added to the scores.
    fn fixed_parts(&self) -> &[FixedPart] {
        &[]
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
        let output = self.output(tape, users, Some(eps));
        Scored { loss: self.loss().of(output.own, users.items), output }
    }
}
