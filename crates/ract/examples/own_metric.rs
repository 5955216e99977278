//! A new metric, named in an experiment file like any other: it is reported, it selects the best epoch, and the critic
//! learns to predict it. A program that registers a metric and then calls `ract::commands::main()` is the complete
//! `ract` command with that metric.
//!
//! `cargo run --release -p ract --example own_metric`

use ract::config::{Config, Phase, Settings};
use ract::experiment;
use ract::metrics::{Judges, MetricEntry, register};
use ract::run::{EpochRecord, RunFolder};
use ract::training::Progress;
use std::path::Path;

/// The reciprocal rank of the first hit among the first k.
static RECIPROCAL_RANK: MetricEntry = MetricEntry {
    name: "mrr",
    about: "the reciprocal rank of the first hit",
    is_unbounded: false,
    judges: Judges::Hits,
    of: |user, k| user.hit_ranks(k).next().map_or(0.0, |rank| 1.0 / rank as f64),
};

const EXPERIMENT: &str = r#"
dataset = "synthetic"
batch_size = 100
data.synthetic = { users = 700, items = 200, heldout_users = 100, seed = 1 }
actor = { hidden = 60, latent = 20, epochs = 10 }
critic = { metric = "mrr@20", epochs = 10 }
actor_critic.epochs = 10
evaluation = { metrics = ["mrr@20", "ndcg@100"], select = "mrr@20" }
"#;

/// Shows no progress.
struct Silent;

impl Progress for Silent {
    fn taken(&mut self, _: &Path) {}
    fn phase(&mut self, _: Phase, _: u64, _: u64, _: usize) {}
    fn batch(&mut self) {}
    fn epoch(&mut self, _: &EpochRecord) {}
}

#[expect(clippy::print_stderr, reason = "an example prints its results")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    register(&RECIPROCAL_RANK)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT)?;
    let config = Config::read(&file, &[])?;

    let (data, data_sha256) = experiment::load_data(&config)?;
    let run = RunFolder::open(&folder.path().join("run"), &config, &data_sha256)?;
    let result = experiment::run(&config, &data, &run, &mut Silent, false)?;

    let last = run.history::<EpochRecord>()?.pop().ok_or("no epoch")?;
    let (learned, predicted) = (last.losses["metric"], last.losses["predicted"]);
    assert!((learned - predicted).abs() < 0.2, "the critic predicts {predicted:.3}, the metric is {learned:.3}");
    for (role, metrics) in &result.evaluation.test {
        eprintln!("{role}: reciprocal rank {}", metrics[&"mrr@20".parse()?]);
    }
    Ok(())
}

#[test]
fn the_example_runs() -> Result<(), Box<dyn std::error::Error>> {
    main()
}
