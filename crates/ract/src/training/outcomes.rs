//! Training by a log of outcomes: the critic's steps on lists that were shown, and what held-out lists say of an actor.

use super::Trainer;
use super::state::PhaseState;
use super::steps::Losses;
use super::{Progress, steps};
use crate::config::{Config, Data};
use crate::{Error, Result};
use ract_autodiff::{Mat, Module, Var};
use ract_data::random::{Purpose, stream};
use ract_data::{Batch, HeldOut, Interactions, LogNames, Names, Outcomes, Shown, epoch_order};
use ract_models::Scored;
use rand::Rng;
use std::collections::BTreeMap;
use std::fs::File;

/// The share of the users whose lists are held out, to choose the epoch.
const HELD_OUT: f64 = 0.1;
/// How far an actor's exposure of a held-out list may weigh, up and down, beside the start's.
const LARGEST_WEIGHT: f64 = 10.0;
/// An item that the log shows less often is unknown to the critic.
const OFTEN: u32 = 5;

/// A log of outcomes in two parts.
pub(crate) struct Log {
    /// The critic trains on these.
    train: Vec<Shown>,
    /// These choose the epoch; their users are others.
    held_out: Vec<Shown>,
    /// How often each item was shown in the lists to train on.
    times_shown: Vec<u32>,
    /// Lists that were left out because their user or all their items are unknown.
    pub(crate) left_out: usize,
}

impl Log {
    /// Reads the log of `config`, if it has one.
    pub(crate) fn read(config: &Config, train: &Interactions) -> Result<Option<Self>> {
        let Some(path) = &config.critic.outcomes else { return Ok(None) };
        let shown = path.display().to_string();
        let file = File::open(path).map_err(Error::file("read", path))?;
        let outcomes = with_names(config, train, |names| Ok(Outcomes::read(file, &shown, names)?))?;
        let is_held_out =
            |list: &Shown| stream(config.seed, Purpose::Parts, 1, list.user.into()).random::<f64>() < HELD_OUT;
        let (held_out, lists): (Vec<_>, Vec<_>) = outcomes.lists.into_iter().partition(is_held_out);
        if lists.len() < config.batch_size || held_out.is_empty() {
            let (n, held_out, batch) = (lists.len(), held_out.len(), config.batch_size);
            return Err(Error::Usage(format!(
                "{shown}: {n} lists to train on and {held_out} held-out ones: it takes {batch} (batch_size) and 1 at least"
            )));
        }
        let mut times_shown = vec![0; train.n_items()];
        lists.iter().flat_map(|list| &list.items).for_each(|&item| times_shown[item as usize] += 1);
        Ok(Some(Self { train: lists, held_out, times_shown, left_out: outcomes.left_out }))
    }

    /// The number of full batches in an epoch of the critic.
    pub(super) fn batches(&self, batch_size: usize) -> usize {
        self.train.len() / batch_size
    }

    /// The mean outcome of the held-out lists: what they say of the start.
    pub(super) fn of_start(&self) -> f64 {
        self.mean_outcome(std::iter::repeat(1.0))
    }

    /// The mean over the users of the held-out lists of each user's weighted mean outcome.
    fn mean_outcome(&self, weights: impl IntoIterator<Item = f64>) -> f64 {
        let mut of_users: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        for (list, weight) in self.held_out.iter().zip(weights) {
            let (sum, weights) = of_users.entry(list.user).or_default();
            *sum += weight * f64::from(list.outcome);
            *weights += weight;
        }
        of_users.values().map(|(sum, weights)| sum / weights).sum::<f64>() / of_users.len() as f64
    }

    /// The share of the items of the lists, B x I with values above 0 at the items, that the log shows too rarely.
    fn rarely_shown(&self, lists: &Mat<f32>) -> f64 {
        let items = lists.indexed_iter().filter(|(_, value)| **value > 0.0).map(|((_, item), _)| item);
        let (rare, all) = items.fold((0, 0), |(rare, all), item| {
            (rare + usize::from(self.times_shown.get(item).is_none_or(|&times| times < OFTEN)), all + 1)
        });
        rare as f64 / all.max(1) as f64
    }
}

/// Calls `then` with what the users and items of the configuration's data are called in a log.
pub(crate) fn with_names<T>(
    config: &Config,
    train: &Interactions,
    then: impl FnOnce(&LogNames<'_>) -> Result<T>,
) -> Result<T> {
    match &config.data {
        Data::Path(folder) => {
            let items = Names::read(folder)?;
            then(&LogNames::read(folder, &items)?)
        }
        Data::Synthetic(_) => {
            let items = Names::numbers(train.n_items(), 0);
            then(&LogNames::rows(train.n_users(), &items))
        }
    }
}

impl Trainer<'_> {
    /// Trains the critic on every full batch of the log, in the order of `epoch`.
    pub(super) fn epoch_on_log(
        &mut self,
        state: &mut PhaseState,
        epoch: u64,
        train: &Interactions,
        progress: &mut dyn Progress,
    ) -> Result<Losses> {
        let Some(log) = self.log.clone() else { return Ok(Losses::new()) };
        let size = self.config.batch_size;
        let order = epoch_order(log.train.len(), &mut stream(self.config.seed, Purpose::Shuffle, epoch, 1));
        let mut means = Losses::new();
        for rows in order.chunks_exact(size) {
            let lists: Vec<&Shown> = rows.iter().map(|&row| &log.train[row as usize]).collect();
            for (name, loss) in self.step_on_lists(state, &lists, train)? {
                *means.entry(name).or_default() += loss / log.batches(size) as f64;
            }
            progress.batch();
        }
        Ok(means)
    }

    /// The critic's predictions for lists that were shown, B x 1, while the actor is that of the start.
    fn predict_lists(&self, lists: &[&Shown], train: &Interactions) -> Var<'_, f32> {
        let batch = batch_of(lists, train);
        let shown: Vec<Vec<u32>> = lists.iter().map(|list| list.items.clone()).collect();
        let output = self.output(&batch);
        let loss = self.actor.loss().of(output.own, &batch.items);
        let features = self.features_of(&self.tape, &batch, &Scored { output, loss }, Some(&shown), None);
        self.critic.predict(features.together)
    }

    /// The critic's mean squared error on the held-out lists.
    pub(super) fn held_out_error(&mut self, train: &Interactions) -> Result<Option<f64>> {
        let Some(log) = self.log.clone() else { return Ok(None) };
        let mut sum = 0.0;
        for lists in log.held_out.chunks(super::users_at_once(train.n_items()).max(1)) {
            let lists: Vec<&Shown> = lists.iter().collect();
            let predicted = self.predict_lists(&lists, train).value()?.clone();
            self.tape.reset();
            let errors = lists.iter().zip(&predicted).map(|(list, predicted)| f64::from(list.outcome - predicted));
            sum += errors.map(|error| error * error).sum::<f64>();
        }
        let mean = sum / log.held_out.len() as f64;
        Ok(Some(mean))
    }

    fn step_on_lists(&mut self, state: &mut PhaseState, lists: &[&Shown], train: &Interactions) -> Result<Losses> {
        let outcomes = Mat::from_shape_fn((lists.len(), 1), |(row, _)| lists[row].outcome);
        let (report, grads) = {
            let predicted = self.predict_lists(lists, train);
            let report = [("outcome", outcomes.mean().unwrap_or_default()), ("predicted", predicted.mean().scalar()?)];
            let loss = self.critic.loss(predicted, outcomes, self.config.critic.l2);
            let report = steps::report(report.into_iter().chain([("critic_loss", loss.scalar()?)]));
            (report, loss.backward(self.critic.params())?)
        };
        self.tape.reset();
        if let Some((name, value)) = report.iter().find(|(_, value)| !value.is_finite()) {
            return Err(Error::NotFinite(format!("{name} is {value}; a lower critic.learning_rate may help")));
        }
        state.critic_adam.step(self.critic.params_mut(), &grads)?;
        Ok(report)
    }

    /// Measures how much the start, which the trainer holds now, exposes the held-out lists.
    pub(super) fn measure_start(&mut self, train: &Interactions) -> Result<()> {
        let Some(log) = self.log.clone() else { return Ok(()) };
        self.start_exposures = self.exposures(&log.held_out, train)?;
        Ok(())
    }

    /// What the held-out lists say of the actor: the mean over their users of each user's mean outcome, in which a list weighs by how much
    /// more the actor exposes it than the start does, at most 10 times and at least a tenth; then the same of the start. `None` without a
    /// log.
    pub(super) fn held_out_outcomes(&mut self, train: &Interactions) -> Result<Option<[f64; 2]>> {
        let Some(log) = self.log.clone() else { return Ok(None) };
        let now = self.exposures(&log.held_out, train)?;
        let weights = now.into_iter().zip(&self.start_exposures);
        let weights = weights.map(|(now, start)| (now / start).clamp(LARGEST_WEIGHT.recip(), LARGEST_WEIGHT));
        let outcomes = [log.mean_outcome(weights), log.of_start()];
        Ok(Some(outcomes))
    }

    /// The share of the softmax that the items of each list have, weighted by their places.
    fn exposures(&mut self, lists: &[Shown], train: &Interactions) -> Result<Vec<f64>> {
        let mut all = Vec::with_capacity(lists.len());
        for lists in lists.chunks(super::users_at_once(train.n_items()).max(1)) {
            let lists: Vec<&Shown> = lists.iter().collect();
            let batch = batch_of(&lists, train);
            {
                let shares = self.output(&batch).scores().softmax();
                let shares = shares.value()?;
                all.extend(lists.iter().enumerate().map(|(row, list)| {
                    let places = (1_u32..).zip(&list.items);
                    let share = |(rank, item): (u32, &u32)| {
                        f64::from(shares[(row, *item as usize)]) / f64::from(1 + rank).log2()
                    };
                    places.map(share).sum::<f64>().max(f64::MIN_POSITIVE)
                }));
            }
            self.tape.reset();
        }
        Ok(all)
    }

    /// Adds to the report how many of the items of the actor's lists the log shows too rarely for the critic to know them.
    pub(super) fn report_rarely_shown(&self, lists: &Mat<f32>, report: &mut Losses) {
        if let Some(log) = &self.log {
            report.insert(RARELY_SHOWN.to_owned(), log.rarely_shown(lists));
        }
    }
}

/// The name in histories of the share of an actor's lists that the log shows too rarely.
pub(crate) const RARELY_SHOWN: &str = "rarely_shown";

/// What the users had when the lists were shown: their training items without those of the list, which came later.
fn batch_of(lists: &[&Shown], train: &Interactions) -> Batch<f32> {
    let before = lists.iter().map(|list| {
        let items = train.items(list.user as usize).iter();
        items.filter(|item| !list.items.contains(item)).copied().collect::<Vec<_>>()
    });
    let fold_in = Interactions::from_rows(train.n_items(), before);
    let held_out = Interactions::from_rows(train.n_items(), lists.iter().map(|_| Vec::new()));
    let rows: Vec<u32> = (0..lists.len() as u32).collect();
    Batch::evaluation(&HeldOut { fold_in, held_out, candidates: None }, &rows)
}
