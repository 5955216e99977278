//! Metrics of held-out users.

use crate::Result;
use crate::metrics::{Metric, Pool, score_users};
use crate::per_user::PerUser;
use crate::training::Trainer;
use ndarray::{Array2, s};
use ract_data::{Batch, HeldOut};
use ract_models::rivals::Rival;
use ract_models::{Output, Scored, Users};

/// The actor's metrics: scores without noise from all fold-in items.
pub(crate) fn evaluate_actor(trainer: &mut Trainer<'_>, of: &HeldOut, metrics: &[Metric]) -> Result<PerUser> {
    let Trainer { actor, tape, config, .. } = trainer;
    evaluate(of, metrics, config.batch_size, |batch| {
        let users = Users { input: &batch.input, items: &batch.items, rows: None };
        let scores = actor.output(tape, &users, None).scores.value()?;
        let values =
            tape.timed("ranking", || score_users(|user| scores.row(user), Pool::of(batch), &batch.unseen, metrics));
        tape.reset();
        Ok(values)
    })
}

/// The same, with the actor's own loss of each user on all items, the held-out ones too, and, when it `judges`, what the
/// critic predicts from it.
pub(crate) fn test_actor(trainer: &mut Trainer<'_>, of: &HeldOut, metrics: &[Metric], judges: bool) -> Result<PerUser> {
    let mut per_user = evaluate_actor(trainer, of, metrics)?;
    for users in per_user.users.chunks(trainer.config.batch_size) {
        let batch = Batch::evaluation(of, users);
        let users = Users { input: &batch.input, items: &batch.items, rows: None };
        let Output { scores, own, kl } = trainer.actor.output(&trainer.tape, &users, None);
        let batch = batch.with_all_items();
        let scored = Scored { scores, own, loss: trainer.actor.loss().of(own, &batch.items), kl };
        per_user.loss.extend(scored.loss.value()?.iter().map(|&loss| f64::from(loss)));
        if judges {
            let predicted = trainer.critic.judge(trainer.features(&trainer.tape, &batch, &scored));
            per_user.predicted.extend(predicted.value()?.iter().map(|&metric| f64::from(metric)));
        }
        trainer.tape.reset();
    }
    Ok(per_user)
}

/// A rival's metrics.
pub(crate) fn evaluate_rival(
    rival: &dyn Rival,
    of: &HeldOut,
    metrics: &[Metric],
    batch_size: usize,
) -> Result<PerUser> {
    evaluate(of, metrics, batch_size, |batch| {
        let scores = rival.scores(&batch.seen);
        Ok(score_users(|user| scores.row(user), Pool::of(batch), &batch.unseen, metrics))
    })
}

fn evaluate(
    of: &HeldOut,
    metrics: &[Metric],
    batch_size: usize,
    mut score: impl FnMut(&Batch<f32>) -> Result<Array2<f64>>,
) -> Result<PerUser> {
    let held_out = |user: u32| of.held_out.items(user as usize).len();
    let users: Vec<u32> = (0..of.n_users() as u32).filter(|&user| held_out(user) > 0).collect();
    let mut values = Array2::zeros((users.len(), metrics.len()));
    let mut done = 0;
    for users in users.chunks(batch_size) {
        let batch = Batch::evaluation(of, users);
        values.slice_mut(s![done..done + users.len(), ..]).assign(&score(&batch)?);
        done += users.len();
    }
    Ok(PerUser {
        seen: users.iter().map(|&user| of.fold_in.items(user as usize).len() as f64).collect(),
        unseen: users.iter().map(|&user| held_out(user) as f64).collect(),
        users,
        metrics: metrics.to_vec(),
        values,
        ..PerUser::default()
    })
}
