//! A whole experiment: every phase, then the test.

mod actor_from;
pub mod baseline;
pub mod inspect;
pub mod sweep;
mod test;

use crate::config::{Config, Data, Phase};
use crate::metrics::RankingMetric;
use crate::run::{RunFolder, RunPath, RunResult, TestSummary};
use crate::training::{Progress, Trainer, train_phase};
use crate::{Error, Result};
use ract_data::{Dataset, SyntheticSpec, fingerprint};
use std::path::Path;
use std::sync::Arc;
use test::test_run;

/// The interactions that a configuration names, read or made.
///
/// # Errors
/// When there is no prepared folder, or when it is damaged.
pub fn read_data(data: &Data) -> Result<Dataset> {
    Ok(match data {
        Data::Path(path) => Dataset::read(path)?,
        Data::Synthetic(world) => SyntheticSpec {
            users: world.users,
            items: world.items,
            heldout_users: world.heldout_users,
            seed: world.seed,
        }
        .dataset()?,
    })
}

/// The interactions that a run of `config` trains on and is tested by.
///
/// # Errors
/// As for [`read_data`], and when there are fewer training users than in a batch.
pub fn load_data(config: &Config) -> Result<Dataset> {
    let data = read_data(&config.data)?;
    let (users, batch_size) = (data.train.n_users(), config.batch_size);
    if users < batch_size {
        let message = format!("batch_size is {batch_size}, but there are only {users} training users: lower it");
        return Err(Error::Usage(message));
    }
    Ok(data)
}

/// Checks that the actor of `config.actor_from`, if one is trained there, can be taken, before a folder is made for the run.
///
/// # Errors
/// When it is of another kind, of other data, or without what this critic needs.
pub fn check_actor_from(config: &Config, data_sha256: &str) -> Result<()> {
    actor_from::source(config, data_sha256).map(drop)
}

/// Trains all phases that are not finished yet, tests what they ended with, and writes `result.json`. A finished run is
/// only read. With `profile`, what each phase spent its time on, as far as it ran here, goes to `profile.json`.
///
/// # Errors
/// When training fails or the folder cannot be written to.
pub fn run(
    config: &Config,
    data: &Dataset,
    folder: &RunFolder,
    progress: &mut dyn Progress,
    profile: bool,
) -> Result<RunResult> {
    let target = Arc::new(config.critic.metric);
    run_towards(target, config, data, folder, progress, profile)
}

/// As [`run`], with a critic that learns to predict `target`, any function of a user's ranked list, instead of the
/// configuration's `critic.metric`.
///
/// # Errors
/// As for [`run`].
pub fn run_towards(
    target: Arc<dyn RankingMetric>,
    config: &Config,
    data: &Dataset,
    folder: &RunFolder,
    progress: &mut dyn Progress,
    profile: bool,
) -> Result<RunResult> {
    if let Some(result) = folder.result()? {
        return Ok(result);
    }
    let mut trainer = Trainer::with_target(config, &data.train, target)?;
    if !folder.checkpoints.has(Phase::Actor)
        && let Some(from) = actor_from::take(&mut trainer, data.n_items(), folder)?
    {
        progress.taken(&from);
    }
    for phase in Phase::of(config) {
        if !folder.checkpoints.has(phase) {
            if profile {
                trainer.tape.profile();
            }
            train_phase(&mut trainer, phase, data, folder, progress)?;
            if profile {
                folder.add_profile(phase, &trainer.tape.take_profile())?;
            }
        }
    }
    let evaluation = test(&mut trainer, data, folder)?;
    let result = RunResult::gather(config, evaluation, folder)?;
    folder.finish(&result)?;
    Ok(result)
}

/// Tests what the finished phases of a run, complete or not, ended with, and writes `per_user.csv`.
///
/// # Errors
/// When a checkpoint is damaged or belongs to other data.
pub fn evaluate(config: &Config, data: &Dataset, folder: &RunFolder) -> Result<TestSummary> {
    test(&mut Trainer::new(config, &data.train)?, data, folder)
}

fn test(trainer: &mut Trainer<'_>, data: &Dataset, folder: &RunFolder) -> Result<TestSummary> {
    let tested = test_run(trainer, data, &folder.checkpoints)?;
    folder.write_per_user(&tested)?;
    Ok(TestSummary::of(&tested, &trainer.config.evaluation.metrics, data.test.most_candidates()))
}

/// The data, the folder and the configuration of a run that was begun in `path`.
///
/// # Errors
/// When there is no run, its data are gone or others, or another process writes to it.
pub fn open(path: &Path) -> Result<(Config, Dataset, RunFolder)> {
    let config = RunPath::at(path).read_config()?;
    let data = load_data(&config)?;
    let folder = RunFolder::open(path, &config, &fingerprint(&data))?;
    Ok((config, data, folder))
}
