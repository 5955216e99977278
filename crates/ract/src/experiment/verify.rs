//! A finished run, measured again from its checkpoints and data.

use super::test::test_run;
use super::{load_data, read_with_fingerprint};
use crate::config::{AnyConfig, BaselineConfig, Config, Phase, Role};
use crate::run::{BaselineResult, Checkpoints, EpochRecord, PerUser, RunPath, RunResult, Tested, is_equal};
use crate::training::{Trainer, evaluate_actor, evaluate_baseline};
use crate::{Error, Result};

/// What was measured again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Verified {
    /// The number of validation results, and of values of test users.
    pub values: usize,
    /// The largest difference between a value and the recorded one.
    pub largest_difference: f64,
}

/// Checks that the small files of the finished run or baseline in `path` agree. Then measures it again on the validation and
/// the test users, a run from its checkpoints, a baseline from a new fit, and compares every value with the recorded
/// one. `None` when the folder has no checkpoints, as the kept copies, or no values of each user; then only its small
/// files were compared. Nothing is written.
///
/// # Errors
/// When a value differs, or when a file or the data are missing, damaged or changed.
pub fn verify(path: &RunPath) -> Result<Option<Verified>> {
    path.check_agreement()?;
    if !path.has_per_user() {
        return Ok(None);
    }
    let mut check = Check { path, verified: Verified::default() };
    match path.read_any_config()? {
        AnyConfig::Run(_) if !path.checkpoints().exists() => return Ok(None),
        AnyConfig::Run(config) => check.run(&config)?,
        AnyConfig::Baseline(config) => check.baseline(&config)?,
    }
    Ok(Some(check.verified))
}

/// The comparison in progress.
struct Check<'a> {
    path: &'a RunPath,
    verified: Verified,
}

impl Check<'_> {
    fn run(&mut self, config: &Config) -> Result<()> {
        let (data, sha256) = load_data(config)?;
        let result: RunResult = self.path.read_finished()?;
        self.data(&sha256, &result.data_sha256)?;
        self.products(config, &result)?;
        let history: Vec<EpochRecord> = self.path.read_history()?;
        let checkpoints = Checkpoints::of(self.path);
        let mut trainer = Trainer::new(config, &data.train)?;
        let select = config.evaluation.select;
        for phase in Phase::of(config).filter(|phase| phase.changes_actor()) {
            let outcome = checkpoints.outcome(phase)?;
            let epoch = outcome.meta.epoch;
            if result.kept_epoch.get(&phase) != Some(&epoch) {
                return Err(self.differs(&format!("the checkpoint of {phase} is of epoch {epoch}")));
            }
            // Epoch 0 is the actor's own best epoch, which is measured there.
            let Some(record) = history.iter().find(|record| record.phase == phase && record.epoch == epoch) else {
                continue;
            };
            if !config.selects(phase) {
                continue;
            }
            trainer.restore(&outcome)?;
            let found = evaluate_actor(&mut trainer, &data.validation, &[select])?.estimate(select).mean;
            let recorded = record.validation.get(&select).copied().unwrap_or(f64::NAN);
            self.value(&format!("validation {select} of {phase}"), found, recorded)?;
        }
        self.tested(&test_run(&mut trainer, &data, &checkpoints)?)
    }

    fn baseline(&mut self, config: &BaselineConfig) -> Result<()> {
        let (data, sha256) = read_with_fingerprint(&config.data)?;
        let result: BaselineResult = self.path.read_finished()?;
        self.data(&sha256, &result.data_sha256)?;
        let method = config.baseline.method;
        let fitted = super::baseline::fit_chosen(config, &result.chosen, &data)?;
        let select = config.evaluation.select;
        let facts = config.evaluation.facts(&data.train);
        let measure = |of, metrics: &[_]| evaluate_baseline(&*fitted, of, metrics, &facts, super::baseline::BATCH_SIZE);
        if !config.refit {
            let found = measure(&data.validation, &[select])?.estimate(select).mean;
            self.value(&format!("validation {select}"), found, result.chosen.validation)?;
        }
        let tested = measure(&data.test, &config.evaluation.metrics)?;
        self.tested(&Tested::from([(Role::Baseline(method), tested)]))
    }

    fn data(&self, sha256: &str, recorded: &str) -> Result<()> {
        if sha256 == recorded { Ok(()) } else { Err(self.differs("the data have changed since then")) }
    }

    fn tested(&mut self, found: &Tested) -> Result<()> {
        let recorded = self.path.read_per_user()?;
        if !found.keys().eq(recorded.keys()) {
            return Err(self.differs("other roles are recorded than its checkpoints have"));
        }
        for ((role, found), recorded) in found.iter().zip(recorded.values()) {
            if !found.is_like(recorded) {
                return Err(self.differs(&format!("other users or metrics are recorded of {role}")));
            }
            for (name, found, recorded) in columns(found).zip(columns(recorded)).map(|((n, f), (_, r))| (n, f, r)) {
                if found.len() != recorded.len() {
                    return Err(self.differs(&format!("{name} of {role} has {} values", found.len())));
                }
                for (user, (found, recorded)) in found.iter().zip(recorded).enumerate() {
                    self.value(&format!("{name} of test user {user}, {role},"), *found, recorded)?;
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, what: &str, found: f64, recorded: f64) -> Result<()> {
        if !is_equal(found, recorded) {
            return Err(self.differs(&format!("{what} is {found}, recorded is {recorded}")));
        }
        self.verified.values += 1;
        self.verified.largest_difference = self.verified.largest_difference.max((found - recorded).abs());
        Ok(())
    }

    /// In another precision, or by another unit, the values would not be the same.
    fn products(&self, config: &Config, result: &RunResult) -> Result<()> {
        let here = config.products_if_not_exact()?;
        if here == result.products {
            return Ok(());
        }
        let [here, there] = [&here, &result.products].map(|products| products.as_deref().unwrap_or("f32"));
        let folder = self.path.folder().display();
        let problem = format!(
            "{folder}: its products are in {there}, those of this machine in {here}: verify it where it was run"
        );
        Err(Error::Failed(problem))
    }

    fn differs(&self, problem: &str) -> Error {
        Error::Failed(format!("{}: measured again, it differs: {problem}", self.path.folder().display()))
    }
}

/// All columns of numbers, by name.
fn columns(of: &PerUser) -> impl Iterator<Item = (String, Vec<f64>)> {
    let first = [("seen", &of.seen), ("unseen", &of.unseen), ("loss", &of.loss), ("predicted", &of.predicted)];
    let first = first.into_iter().map(|(name, values)| (name.to_owned(), values.clone()));
    first.chain(of.metrics.iter().map(|&metric| (metric.to_string(), of.column(metric).to_vec())))
}
