//! The evaluation on held-out users.

use crate::metrics::{Candidates, ItemFacts, Metric, score_users};
use crate::run::PerUser;
use crate::training::Trainer;
use crate::training::epoch::Draws;
use crate::{Error, Result};
use ndarray::{Array2, s};
use ract_data::{Batch, HeldOut, Interactions};
use ract_models::baselines::Baseline;
use ract_models::{Output, Scored, Users};

/// So many users are best scored at a time, to give 5 million scores: a product with few users packs all weights for them.
pub(crate) fn users_at_once(n_items: usize) -> usize {
    5_000_000 / n_items.max(1)
}

/// Gives the batch of some users.
type BatchOf<'a> = Box<dyn Fn(&[u32]) -> Batch<f32> + 'a>;

/// The users of an evaluation.
struct Asked<'a> {
    users: Vec<u32>,
    n_items: usize,
    batch: BatchOf<'a>,
}

impl<'a> Asked<'a> {
    /// All who have held-out items.
    fn held_out(of: &'a HeldOut) -> Self {
        let has_some = |user: &u32| !of.held_out.items(*user as usize).is_empty();
        Self {
            users: (0..of.n_users() as u32).filter(has_some).collect(),
            n_items: of.fold_in.n_items(),
            batch: Box::new(|users| Batch::evaluation(of, users)),
        }
    }
}

impl Trainer<'_> {
    /// The actor's output for users on whom it was not trained, without noise.
    pub(crate) fn output<'t>(&'t self, batch: &Batch<f32>) -> Output<'t, f32> {
        let users = Users { input: &batch.input, items: &batch.items, rows: None };
        self.actor.output(&self.tape, &users, None)
    }
}

/// The actor's metrics. It scores without noise, from all fold-in items.
pub(crate) fn evaluate_actor(trainer: &mut Trainer<'_>, of: &HeldOut, metrics: &[Metric]) -> Result<PerUser> {
    evaluate_and(trainer, Asked::held_out(of), metrics, |_, _, _| Ok(()))
}

/// As [`evaluate_actor`], and also each user's value of the actor's own loss on all items, the held-out ones included.
/// If the critic `predicts`, also its predictions.
pub(crate) fn test_actor(
    trainer: &mut Trainer<'_>,
    of: &HeldOut,
    metrics: &[Metric],
    predicts: bool,
) -> Result<PerUser> {
    test(trainer, Asked::held_out(of), metrics, predicts)
}

/// As [`test_actor`], for `users` of the training data. The actor sees of them what an epoch with these `draws` shows it, and the
/// metrics are those of the items that it does not see: what the critic learns from, without the noise.
pub(crate) fn test_on_training_users(
    trainer: &mut Trainer<'_>,
    (train, users): (&Interactions, Vec<u32>),
    draws: Draws,
    metrics: &[Metric],
    predicts: bool,
) -> Result<PerUser> {
    let batch = Box::new(|users: &[u32]| draws.step(train, users).batch);
    test(trainer, Asked { users, n_items: train.n_items(), batch }, metrics, predicts)
}

fn test(trainer: &mut Trainer<'_>, asked: Asked<'_>, metrics: &[Metric], predicts: bool) -> Result<PerUser> {
    let (mut losses, mut predictions) = (Vec::new(), Vec::new());
    let per_user = evaluate_and(trainer, asked, metrics, |trainer, batch, output| {
        let batch = batch.clone().with_all_items();
        let loss = trainer.actor.loss().of(output.own, &batch.items);
        losses.extend(loss.value()?.iter().map(|&loss| f64::from(loss)));
        if predicts {
            let features = trainer.features(&trainer.tape, &batch, &Scored { output, loss });
            predictions
                .extend(trainer.critic.predict(features.together).value()?.iter().map(|&metric| f64::from(metric)));
        }
        Ok(())
    })?;
    Ok(PerUser { loss: losses, predicted: predictions, ..per_user })
}

/// The actor's metrics. `then` is called with the actor's output for each batch.
fn evaluate_and(
    trainer: &mut Trainer<'_>,
    asked: Asked<'_>,
    metrics: &[Metric],
    mut then: impl for<'t> FnMut(&'t Trainer<'_>, &Batch<f32>, Output<'t, f32>) -> Result<()>,
) -> Result<PerUser> {
    let usual = || trainer.config.batch_size.max(users_at_once(asked.n_items));
    let batch_size = trainer.users_at_once.unwrap_or_else(usual);
    evaluate(asked, metrics, batch_size, |batch| {
        let values = {
            let output = trainer.output(batch);
            let scores = output.scores().value()?;
            then(trainer, batch, output)?;
            trainer.tape.timed("ranking", || {
                score_users(|user| scores.row(user), Candidates::of(batch), &batch.unseen, metrics, &trainer.facts)
            })
        };
        trainer.tape.reset();
        Ok(values)
    })
}

/// A baseline's metrics.
pub(crate) fn evaluate_baseline(
    baseline: &dyn Baseline,
    of: &HeldOut,
    metrics: &[Metric],
    facts: &ItemFacts,
    batch_size: usize,
) -> Result<PerUser> {
    evaluate(Asked::held_out(of), metrics, batch_size, |batch| {
        let scores = baseline.scores(&batch.seen);
        Ok(score_users(|user| scores.row(user), Candidates::of(batch), &batch.unseen, metrics, facts))
    })
}

fn evaluate(
    asked: Asked<'_>,
    metrics: &[Metric],
    batch_size: usize,
    mut score: impl FnMut(&Batch<f32>) -> Result<Array2<f64>>,
) -> Result<PerUser> {
    let Asked { users, batch: batch_of, .. } = asked;
    let mut values = Array2::zeros((users.len(), metrics.len()));
    let (mut seen, mut unseen) = (Vec::new(), Vec::new());
    let mut done = 0;
    for users in users.chunks(batch_size) {
        let batch = batch_of(users);
        seen.extend((0..users.len()).map(|user| batch.seen.items(user).len() as f64));
        unseen.extend((0..users.len()).map(|user| batch.unseen.items(user).len() as f64));
        values.slice_mut(s![done..done + users.len(), ..]).assign(&score(&batch)?);
        done += users.len();
    }
    if let Some(((row, column), value)) = values.indexed_iter().find(|(_, value): &(_, &f64)| !value.is_finite()) {
        return Err(Error::NotFinite(format!("{} of user {} is {value}", metrics[column], users[row])));
    }
    Ok(PerUser { seen, unseen, users, metrics: metrics.to_vec(), values, ..PerUser::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Data, Phase};
    use crate::metrics::{Judges, MetricEntry, register};
    use ract_data::{Interactions, SyntheticSpec};
    use ract_models::actors::ActorKind;
    use ract_models::baselines::Popularity;

    #[test]
    fn a_metric_that_is_not_finite_is_an_error_with_its_user() {
        static RATIO: MetricEntry = MetricEntry {
            name: "ratio",
            about: "not a number for those who have one target",
            is_unbounded: true,
            judges: Judges::Hits,
            of: |user, k| user.hit_ranks(k).count() as f64 * 0.0 / (user.wanted.len() as f64 - 1.0),
        };
        register(&RATIO).unwrap();
        let of = HeldOut {
            fold_in: Interactions::from_rows(4, [vec![0], vec![0]]),
            held_out: Interactions::from_rows(4, [vec![1, 2], vec![3]]),
            candidates: None,
        };
        let popularity = Popularity::fit(&of.fold_in);
        let error =
            evaluate_baseline(&popularity, &of, &["ratio@2".parse().unwrap()], &ItemFacts::default(), 2).unwrap_err();
        assert_eq!(error.to_string(), "ratio@2 of user 1 is NaN");
    }

    #[test]
    fn training_users_are_asked_for_the_items_that_an_epoch_hides_from_the_actor() {
        let data = SyntheticSpec { users: 120, items: 60, heldout_users: 30, seed: 0 }.dataset().unwrap();
        let mut config = Config::new("tiny", Data::Path("tiny".into()));
        (config.actor.hidden, config.actor.latent) = (12, 6);
        let mut trainer = Trainer::new(&config, &data.train).unwrap();
        let (draws, users) = (trainer.draws(Phase::Critic, 1), vec![7, 2, 30]);
        let metrics = [Metric::ndcg(100)];
        let found = test_on_training_users(&mut trainer, (&data.train, users.clone()), draws, &metrics, true).unwrap();
        let shown = draws.step(&data.train, &users).batch;
        for (at, &user) in users.iter().enumerate() {
            assert_eq!(found.seen[at], shown.seen.items(at).len() as f64);
            assert_eq!(found.seen[at] + found.unseen[at], data.train.items(user as usize).len() as f64);
        }
        assert_eq!((found.users, found.loss.len(), found.predicted.len()), (users, 3, 3));
    }

    #[test]
    fn every_actor_has_the_same_values_whatever_the_batch_of_the_evaluation() {
        let data = SyntheticSpec { users: 120, items: 60, heldout_users: 30, seed: 0 }.dataset().unwrap();
        for network in ActorKind::all() {
            let values = [1, 7, 30, 64].map(|users_at_once| {
                let mut config = Config::new("tiny", Data::Path("tiny".into()));
                (config.actor.network, config.actor.hidden, config.actor.latent) = (network, 12, 6);
                let mut trainer = Trainer::new(&config, &data.train).unwrap();
                trainer.users_at_once = Some(users_at_once);
                let found = test_actor(&mut trainer, &data.test, &[Metric::ndcg(100)], true).unwrap();
                (found.values, found.loss, found.predicted)
            });
            for others in &values[1..] {
                assert_eq!(*others, values[0], "{}", network.name());
            }
        }
    }
}
