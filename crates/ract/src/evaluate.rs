//! Metrics of held-out users.

use crate::Result;
use crate::metrics::{Estimate, Metric, Pool, paired_gain, score_users};
use crate::training::Trainer;
use ndarray::{Array2, ArrayView1, s};
use ract_data::{Batch, HeldOut};
use ract_models::Users;
use ract_models::rivals::Rival;

/// Metrics of each held-out user. Users who have nothing held out are left out: there is nothing to find for them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PerUser {
    metrics: Vec<Metric>,
    /// Rows of the held-out users, ascending.
    users: Vec<u32>,
    /// Users x metrics.
    values: Array2<f64>,
}

impl PerUser {
    /// Mean over users; 0 for a metric that was not measured.
    pub(crate) fn estimate(&self, metric: Metric) -> Estimate {
        Estimate::of(self.column(metric).iter().copied())
    }

    /// What this gains over `before` on the same users, paired.
    pub(crate) fn gain(&self, before: &Self, metric: Metric) -> Estimate {
        let (after, before) = (self.column(metric), before.column(metric));
        paired_gain(after.iter().copied(), before.iter().copied())
    }

    /// Number of users.
    pub(crate) fn users(&self) -> usize {
        self.values.nrows()
    }

    /// As a table: the user's row among the held-out users, and a column per metric.
    pub(crate) fn to_csv(&self) -> String {
        let mut csv = self.metrics.iter().fold("user".to_owned(), |line, metric| format!("{line},{metric}"));
        for (user, values) in self.users.iter().zip(self.values.rows()) {
            csv += &values.iter().fold(format!("\n{user}"), |line, value| format!("{line},{value}"));
        }
        csv + "\n"
    }

    fn column(&self, metric: Metric) -> ArrayView1<'_, f64> {
        let position = self.metrics.iter().position(|&m| m == metric);
        position.map_or_else(|| ArrayView1::from(&[]), |position| self.values.column(position))
    }
}

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
    let users: Vec<u32> = (0..of.n_users() as u32).filter(|&u| !of.held_out.items(u as usize).is_empty()).collect();
    let mut values = Array2::zeros((users.len(), metrics.len()));
    let mut done = 0;
    for users in users.chunks(batch_size) {
        let batch = Batch::evaluation(of, users);
        values.slice_mut(s![done..done + users.len(), ..]).assign(&score(&batch)?);
        done += users.len();
    }
    Ok(PerUser { metrics: metrics.to_vec(), users, values })
}
