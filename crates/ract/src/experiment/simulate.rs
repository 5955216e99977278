//! An invented world in which a run's lists are shown to its training users: a log of outcomes, for a critic to learn from.

use super::Config;
use crate::config::Phase;
use crate::metrics::{ItemFacts, Ranked, best_items, draw_sales};
use crate::run::{Checkpoints, RunPath};
use crate::training::{Trainer, users_at_once};
use crate::{Error, Result};
use ract_autodiff::Mat;
use ract_data::random::{Purpose, stream};
use ract_data::{Batch, Dataset, Outcomes, Shown};
use rand::Rng;

/// How the lists are made.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// Lists shown to each training user.
    pub lists: usize,
    /// Items in a list.
    pub top: usize,
    /// How far the lists stray from the actor's order: the items are drawn from the softmax of the scores divided by this.
    pub temperature: f64,
    /// The same seed shows the same lists.
    pub seed: u64,
}

/// The log of a shop that shows each training user lists of the run's actor. Each time, the actor knows a random half of the user's items,
/// and the list is drawn without replacement from its softmax. The user likes the other half. A liked item at rank r is looked at with the
/// probability `1 / log2(1 + r)`, and then bought with a hidden probability of its own; the outcome is the number of sales. The expected
/// outcome of a ranking is the metric `sales@K`.
///
/// # Errors
/// When the run has not finished its actor.
pub fn simulate(config: &Config, data: &Dataset, run: &RunPath, world: &World) -> Result<Outcomes> {
    let checkpoints = Checkpoints::of(run);
    if !checkpoints.has(Phase::Actor) {
        let folder = run.folder().display();
        return Err(Error::Failed(format!("{folder} has not finished its actor: go on with `ract run`")));
    }
    let mut trainer = Trainer::new(config, &data.train)?;
    trainer.restore(&checkpoints.outcome(Phase::Actor)?)?;
    let facts = ItemFacts::default();
    let users: Vec<u32> = (0..data.train.n_users() as u32).collect();
    let mut outcomes = Outcomes::default();
    for list in 0..world.lists as u64 {
        for users in users.chunks(users_at_once(data.n_items()).max(1)) {
            let rng_of = |user: u32| stream(world.seed, Purpose::Shown, list, user.into());
            let batch = Batch::training(&data.train, users, config.keep, rng_of);
            let lists = {
                let scores = trainer.output(&batch).scores().value()?.clone();
                drawn(scores, users, world, list)
            };
            trainer.tape.reset();
            let lists = best_items(users.len(), world.top, |user| {
                (lists.row(user).to_slice().unwrap_or(&[]), batch.seen.items(user).to_vec(), None)
            });
            for (row, (&user, list_of)) in users.iter().zip(lists).enumerate() {
                let items: Vec<u32> = list_of.into_iter().map(|(item, _)| item).collect();
                let wanted = batch.unseen.items(row);
                let hits: Vec<bool> = items.iter().map(|item| wanted.binary_search(item).is_ok()).collect();
                let ranked = Ranked { hits: &hits, items: &items, wanted, facts: &facts };
                let sales =
                    draw_sales(ranked, world.top, &mut stream(world.seed, Purpose::Shown, list, sales_of(user)));
                outcomes.lists.push(Shown { user, items, outcome: sales as f32 });
            }
        }
    }
    Ok(outcomes)
}

/// The stream of a user's sales, apart from that of the user's mask.
fn sales_of(user: u32) -> u64 {
    1 << 32 | u64::from(user)
}

/// The scores divided by the temperature, with noise of the Gumbel distribution: the order of these is a draw without replacement from
/// their softmax.
fn drawn(mut scores: Mat<f32>, users: &[u32], world: &World, list: u64) -> Mat<f32> {
    for (mut row, &user) in scores.rows_mut().into_iter().zip(users) {
        let mut rng = stream(world.seed, Purpose::Shown, list, 2 << 32 | u64::from(user));
        row.mapv_inplace(|score| {
            let uniform = rng.random::<f64>().max(f64::MIN_POSITIVE);
            score / world.temperature as f32 - (-uniform.ln()).ln() as f32
        });
    }
    scores
}
