//! A complete experiment: all phases, then the test.

mod actor_from;
pub mod baseline;
pub mod inspect;
pub mod refit;
pub mod simulate;
pub mod sweep;
mod test;
pub mod verify;

use crate::config::{Config, Data, Phase};
use crate::metrics::RankingMetric;
use crate::run::{Checkpoints, RunFolder, RunPath, RunResult, TestSummary, Tested};
use crate::training::outcomes::Log;
use crate::training::{Progress, Trainer, train_phase};
use crate::{Error, Result};
use ract_data::{Dataset, SyntheticSpec, fingerprint};
use std::path::Path;
use std::sync::Arc;
use test::test_run;

pub(crate) use test::test_training_users;

/// The interactions that a configuration names. They are read from a folder or generated.
///
/// # Errors
/// When the prepared folder does not exist or is damaged.
pub fn read_data(data: &Data) -> Result<Dataset> {
    Ok(match data {
        Data::Path(path) => Dataset::read(path)?,
        Data::Synthetic(synthetic) => SyntheticSpec {
            users: synthetic.users,
            items: synthetic.items,
            heldout_users: synthetic.heldout_users,
            seed: synthetic.seed,
        }
        .dataset()?,
    })
}

/// As [`read_data`], with the fingerprint of the data.
///
/// # Errors
/// As for [`read_data`].
pub fn read_with_fingerprint(data: &Data) -> Result<(Dataset, String)> {
    let data = read_data(data)?;
    let sha256 = fingerprint(&data);
    Ok((data, sha256))
}

/// The interactions on which a run of `config` trains and is tested, and the fingerprint of the data that it names. A refit has the
/// fingerprint of the data as they were prepared, before the validation items move into the training: so it can be compared with
/// what was not refitted.
///
/// # Errors
/// As for [`read_data`], and when there are fewer training users than `batch_size`.
pub fn load_data(config: &Config) -> Result<(Dataset, String)> {
    let (prepared, sha256) = read_with_fingerprint(&config.data)?;
    let data = refit::data(config.refit_of.is_some(), &config.data)?.unwrap_or(prepared);
    let (users, batch_size) = (data.train.n_users(), config.batch_size);
    if users < batch_size {
        let message = format!("batch_size is {batch_size}, but there are only {users} training users: lower it");
        return Err(Error::Usage(message));
    }
    Ok((data, sha256))
}

/// Checks whether the actor of `config.actor_from` can be used, if it is trained already. This is done before a folder
/// is created for the run.
///
/// # Errors
/// When the actor differs from that of `config`, was trained on other data, or lacks statistics that the critic needs.
pub fn check_actor_from(config: &Config, data_sha256: &str) -> Result<()> {
    actor_from::source(config, data_sha256).map(drop)
}

/// Checks whether the log of outcomes can be used, if the critic learns from one. This is done before a folder is created for the run.
/// Returns how many of its lists are left out, because their user is no training user or none of their items is known.
///
/// # Errors
/// When it cannot be read, or has too few lists.
pub fn check_outcomes(config: &Config, data: &Dataset) -> Result<usize> {
    Ok(Log::read(config, &data.train)?.map_or(0, |log| log.left_out))
}

/// Trains all phases that are not finished yet, tests their outcomes, and writes `result.json`. A finished run is only
/// read. With `profile`, the time of each part of the phases that were trained here is written to `profile.json`.
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

/// As [`run`], with a critic that learns to predict `target` instead of the configuration's `critic.metric`. `target`
/// can be any function of a user's ranked list.
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
    trainer.read_log(&data.train)?;
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
    // A process that was killed between the last phase's outcome and this left it.
    folder.checkpoints.remove_state()?;
    let evaluation = test(&mut trainer, data, folder)?;
    let result = RunResult::gather(config, evaluation, folder)?;
    folder.finish(&result)?;
    Ok(result)
}

fn test(trainer: &mut Trainer<'_>, data: &Dataset, folder: &RunFolder) -> Result<TestSummary> {
    let tested = test_run(trainer, data, &folder.checkpoints)?;
    folder.write_per_user(&tested)?;
    Ok(summary(trainer.config, data, &tested))
}

fn summary(config: &Config, data: &Dataset, tested: &Tested) -> TestSummary {
    TestSummary::of(tested, &config.evaluation.metrics, data.test.most_candidates())
}

/// The outcomes of a run, tested again.
#[derive(Debug)]
pub struct Evaluation {
    /// Test metrics and gains.
    pub summary: TestSummary,
    /// Why the measurements of each user could not be written to the folder, which is read-only; `None` when they were.
    pub unkept: Option<Error>,
}

/// Tests the outcomes of the finished phases of a run, which itself may be unfinished, and writes `per_user.csv` if the
/// folder can be written to.
///
/// # Errors
/// When no phase is finished, when a checkpoint is damaged or belongs to other data, or when another process writes to the
/// folder.
pub fn evaluate(config: &Config, data: &Dataset, run: &RunPath) -> Result<Evaluation> {
    let checkpoints = Checkpoints::of(run);
    if !checkpoints.has(Phase::Actor) {
        let folder = run.folder().display();
        return Err(Error::Failed(format!("{folder} has finished no phase yet: go on with `ract run`")));
    }
    // Before the work is done: another process may be writing there.
    let folder = match RunFolder::open(run.folder(), config, &run.read_data_sha256()?) {
        Err(error) if !error.is_read_only() => return Err(error),
        folder => folder,
    };
    let tested = test_run(&mut Trainer::new(config, &data.train)?, data, &checkpoints)?;
    let unkept = match folder.and_then(|folder| folder.write_per_user(&tested)) {
        Err(error) if !error.is_read_only() => return Err(error),
        kept => kept.err(),
    };
    Ok(Evaluation { summary: summary(config, data, &tested), unkept })
}

/// The configuration, the data and the paths of the run in `path`, finished or not. Nothing is written.
///
/// # Errors
/// When there is no run, or when its data are missing or have changed.
pub fn open(path: &Path) -> Result<(Config, Dataset, RunPath)> {
    let run = RunPath::at(path);
    let config = run.read_config()?;
    let (data, sha256) = load_data(&config)?;
    run.check_fingerprint(&sha256)?;
    Ok((config, data, run))
}
