//! A critic that learns a metric of one's own: any function of a user's ranked list.
//!
//! `cargo run --release -p ract --example own_metric`

use ract::config::{Config, Data, Phase, Synthetic};
use ract::experiment;
use ract::metrics::{Ranked, RankingMetric};
use ract::run::{EpochRecord, RunFolder};
use ract::training::Progress;
use ract_data::fingerprint;
use std::path::Path;
use std::sync::Arc;

/// The reciprocal rank of the first hit among the first 20.
struct ReciprocalRank;

impl RankingMetric for ReciprocalRank {
    fn depth(&self) -> usize {
        20
    }

    fn is_unbounded(&self) -> bool {
        false
    }

    fn of(&self, user: Ranked<'_>) -> f64 {
        user.hits.iter().position(|&hit| hit).map_or(0.0, |position| 1.0 / (position + 1) as f64)
    }
}

/// Training that nobody watches.
struct Silent;

impl Progress for Silent {
    fn taken(&mut self, _: &Path) {}

    fn phase(&mut self, _: Phase, _: u64, _: u64, _: usize) {}
    fn batch(&mut self) {}
    fn epoch(&mut self, _: &EpochRecord) {}
}

#[expect(clippy::print_stderr, reason = "an example says what came of it")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let world = Synthetic { users: 700, items: 200, heldout_users: 100, seed: 1 };
    let mut config = Config::new("synthetic", Data::Synthetic(world));
    (config.batch_size, config.actor.hidden, config.actor.latent) = (100, 60, 20);
    (config.actor.epochs, config.critic.epochs, config.actor_critic.epochs) = (10, 10, 10);

    let data = experiment::load_data(&config)?;
    let folder = tempfile::tempdir()?;
    let run = RunFolder::open(folder.path(), &config, &fingerprint(&data))?;
    let result = experiment::run_towards(Arc::new(ReciprocalRank), &config, &data, &run, &mut Silent, false)?;

    let last = run.history::<EpochRecord>()?.pop().ok_or("no epoch")?;
    let (learned, predicted) = (last.losses["metric"], last.losses["predicted"]);
    assert!((learned - predicted).abs() < 0.2, "the critic predicts {predicted:.3}, the metric is {learned:.3}");
    let gain = &result.evaluation.gain["ract-actor"];
    let (metric, gain) = gain.iter().next_back().ok_or("nothing was tested")?;
    eprintln!("reciprocal rank {learned:.3}, predicted {predicted:.3}; {metric} gained {gain}");
    Ok(())
}

#[test]
fn the_example_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
