//! One pass over the training users.

use super::state::PhaseState;
use super::steps::{Losses, Step};
use super::{Progress, Trainer};
use crate::config::{Config, Phase};
use crate::{Error, Result};
use ndarray_rand::rand_distr::{Distribution, StandardNormal};
use ract_autodiff::{Mat, Param};
use ract_data::random::{Purpose, stream};
use ract_data::{Batch, Interactions, epoch_order};
use ract_models::Turn;
use std::sync::mpsc;

impl Trainer<'_> {
    /// The number of full batches in an epoch.
    pub(crate) fn batches(&self, phase: Phase, train: &Interactions) -> usize {
        if let Some(log) = self.log.as_ref().filter(|_| phase == Phase::Critic) {
            return log.batches(self.config.batch_size);
        }
        train.n_users() / self.config.batch_size
    }

    /// Trains `state.phase` on every full batch of epoch `epoch` (counted from 1) and returns the mean losses.
    pub(crate) fn epoch(
        &mut self,
        state: &mut PhaseState,
        epoch: u64,
        train: &Interactions,
        progress: &mut dyn Progress,
    ) -> Result<Losses> {
        let phase = state.phase;
        if phase == Phase::Critic && self.log.is_some() {
            return self.epoch_on_log(state, epoch, train, progress);
        }
        let order = self.order(train, phase, epoch);
        let batches = self.batches(phase, train);
        let mut means = Losses::new();
        let draws = self.draws(phase, epoch);
        std::thread::scope(|scope| -> Result<()> {
            // The next batch is drawn while this one trains. A separate thread draws it, not one of rayon's threads:
            // rayon could give a part of that work to this thread, which waits for the batch.
            let (send, drawn) = mpsc::sync_channel(1);
            let batches_of = order.chunks_exact(self.config.batch_size);
            scope.spawn(move || {
                // After a step that failed, the receiver is gone, and sending fails.
                batches_of.map(|users| draws.step(train, users)).all(|step| send.send(step).is_ok())
            });
            for batch in 0..batches {
                let Ok(step) = self.tape.timed("waiting for a batch", || drawn.recv()) else { break };
                let users = &order[batch * self.config.batch_size..][..self.config.batch_size];
                let what = match self.step(state, step) {
                    Ok(losses) => {
                        for (name, loss) in losses {
                            *means.entry(name).or_default() += loss / batches as f64;
                        }
                        progress.batch();
                        continue;
                    }
                    Err(Error::NotFinite(what)) => what + &self.op_that_is_not_finite(state, draws.step(train, users)),
                    Err(Error::Autodiff(what @ ract_autodiff::Error::GradientNotFinite { .. })) => what.to_string(),
                    Err(error) => return Err(error),
                };
                let place = format!("{phase}, epoch {epoch}, batch {} ({})", batch + 1, named(users));
                let rate = phase.learning_rate_key();
                return Err(Error::NotFinite(format!("{place}: {what}; a lower {rate} may help")));
            }
            Ok(())
        })?;
        if phase.is_own_training() {
            self.actor.end_epoch(epoch)?;
        }
        let not_finite = |(_, param): &(String, &Param<f32>)| param.value().iter().any(|weight| !weight.is_finite());
        if let Some((name, _)) = self.params().into_iter().find(not_finite) {
            let rate = phase.learning_rate_key();
            let place = format!("{phase}, after the last batch of epoch {epoch}");
            return Err(Error::NotFinite(format!(
                "{place}: {name} has a weight that is not finite; a lower {rate} may help"
            )));
        }
        Ok(means)
    }

    /// Says which op makes a number that is not finite when the step is done again; empty when none does.
    fn op_that_is_not_finite(&mut self, state: &mut PhaseState, step: Step) -> String {
        self.tape.reset();
        self.tape.watch_for_non_finite();
        match self.step(state, step) {
            Err(Error::Autodiff(error)) => format!(" ({error})"),
            _ => String::new(),
        }
    }

    /// The users in the order of an epoch.
    pub(crate) fn order(&self, train: &Interactions, phase: Phase, epoch: u64) -> Vec<u32> {
        epoch_order(train.n_users(), &mut stream(self.config.seed, Purpose::Shuffle, when(phase, epoch), 0))
    }

    /// The part of the actor that an epoch trains: all of it, except in the actor's own training, where the actor decides.
    pub(crate) fn turn(&self, phase: Phase, epoch: u64) -> Turn {
        if phase.is_own_training() { self.actor.turn(epoch) } else { Turn::ALL }
    }

    /// The source of the masks and the noise of an epoch.
    pub(crate) fn draws(&self, phase: Phase, epoch: u64) -> Draws {
        let Config { seed, keep, .. } = *self.config;
        let keep = self.turn(phase, epoch).keep.unwrap_or(keep);
        Draws { seed, when: when(phase, epoch), keep, noise: self.actor.noise() }
    }
}

/// The rows of the first users of a batch, for messages.
fn named(users: &[u32]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = users.iter().take(SHOWN).map(u32::to_string).collect();
    let more = if users.len() > SHOWN { ", ..." } else { "" };
    format!("users {}{more}", shown.join(", "))
}

/// The source of the masks and the noise of an epoch. Each user has separate random streams.
#[derive(Clone, Copy)]
pub(crate) struct Draws {
    seed: u64,
    when: u64,
    keep: f64,
    noise: usize,
}

impl Draws {
    /// The input of a step on these users.
    pub(crate) fn step(&self, train: &Interactions, users: &[u32]) -> Step {
        let stream_for = |purpose| move |user: u32| stream(self.seed, purpose, self.when, user.into());
        let batch = Batch::training(train, users, self.keep, stream_for(Purpose::Mask));
        Step { batch, users: users.to_vec(), eps: noise(users, self.noise, stream_for(Purpose::Noise)) }
    }
}

/// The coordinate of an epoch in the random streams.
fn when(phase: Phase, epoch: u64) -> u64 {
    phase.draws() << 32 | epoch
}

/// Standard normal noise: one row of `latent` numbers per user, from the user's own stream.
fn noise<R: rand::Rng>(users: &[u32], latent: usize, stream_of: impl Fn(u32) -> R) -> Mat<f32> {
    let mut eps = Mat::zeros((users.len(), latent));
    for (mut row, &user) in eps.rows_mut().into_iter().zip(users) {
        let mut rng = stream_of(user);
        row.map_inplace(|x| *x = StandardNormal.sample(&mut rng));
    }
    eps
}
