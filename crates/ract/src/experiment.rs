//! A whole experiment: every phase, then the test.

use crate::Result;
use crate::config::{Config, Data};
use crate::progress::Progress;
use crate::result::{Evaluation, RunResult, evaluate_run};
use crate::run_folder::RunFolder;
use crate::training::{Phase, Trainer, train_phase};
use ract_data::{Dataset, SyntheticSpec};

/// The interactions that the configuration names, read or made.
///
/// # Errors
/// When there is no prepared folder, or it is damaged.
pub fn load_data(config: &Config) -> Result<Dataset> {
    match &config.data {
        Data::Path(path) => Ok(Dataset::read(path)?),
        Data::Synthetic(world) => {
            let spec = SyntheticSpec {
                users: world.users,
                items: world.items,
                heldout_users: world.heldout_users,
                seed: world.seed,
            };
            Ok(spec.dataset()?)
        }
    }
}

/// Trains all phases that are not finished yet, tests what they ended with, and writes `result.json`. A finished run is
/// only read.
///
/// # Errors
/// When training fails or the folder cannot be written to.
pub fn run(config: &Config, data: &Dataset, folder: &RunFolder, progress: &mut dyn Progress) -> Result<RunResult> {
    if let Some(result) = folder.result()? {
        return Ok(result);
    }
    let mut trainer = Trainer::new(config, data.n_items());
    for phase in Phase::ALL {
        if !folder.checkpoints.has(phase) {
            train_phase(&mut trainer, phase, data, folder, progress)?;
        }
    }
    drop(trainer);
    let result = RunResult::gather(config, evaluate(config, data, folder)?, folder)?;
    folder.finish(&result)?;
    Ok(result)
}

/// Tests what the finished phases of a run, complete or not, ended with.
///
/// # Errors
/// When a checkpoint is damaged or belongs to other data.
pub fn evaluate(config: &Config, data: &Dataset, folder: &RunFolder) -> Result<Evaluation> {
    evaluate_run(config, data, &folder.checkpoints)
}
