//! Whether the small files of a finished run agree. A result that was edited, or that lies beside the files of another run,
//! is not shown.

use super::history::EpochRecord;
use super::layout::RunPath;
use super::per_user::Tested;
use super::result::{BaselineResult, Metrics, RunResult, TestSummary, Trial};
use crate::config::{AnyConfig, BaselineConfig, Config, Gain, Phase, Role};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::fmt::Display;

/// The precision of kept values, which are numbers of `f32`.
const PRECISION: f64 = 1e-6;

/// Whether two numbers are equal in the precision of kept values.
pub(crate) fn is_equal(one: f64, other: f64) -> bool {
    (one - other).abs() <= PRECISION * one.abs().max(1.0)
}

impl RunPath {
    /// Checks that `result.json` agrees with the other small files of the run or baseline: the configuration, the
    /// fingerprint of the data, the history, and the measurements of each user, where they are there.
    ///
    /// # Errors
    /// When two of them do not agree, or when one cannot be read.
    pub fn check_agreement(&self) -> Result<()> {
        match self.read_any_config()? {
            AnyConfig::Run(config) => self.check_run(&config, &self.read_finished()?, &self.read_history()?),
            AnyConfig::Baseline(config) => self.check_baseline(&config, &self.read_finished()?, &self.read_history()?),
        }
    }

    /// As [`Self::check_agreement`], for a run that is read already.
    pub(super) fn check_run(&self, config: &Config, result: &RunResult, history: &[EpochRecord]) -> Result<()> {
        self.check_data(&result.data_sha256)?;
        let names = same("the data set", &config.dataset, &result.dataset)
            .and_then(|()| same("the actor", config.actor.network, result.actor))
            .and_then(|()| same("the seed", config.seed, result.seed));
        names.map_err(|problem| self.disagree("config.toml", &problem))?;
        of_history(config, result, history).map_err(|problem| self.disagree("history.jsonl", &problem))?;
        self.check_values(|tested| {
            let found = TestSummary::of(tested, &config.evaluation.metrics, result.evaluation.candidates);
            same("the number of test users", found.test_users, result.evaluation.test_users)?;
            let users = found.test_users;
            same_metrics(users, &found.test, &result.evaluation.test)?;
            same_metrics(users, &found.gain, &result.evaluation.gain)
        })
    }

    /// As [`Self::check_agreement`], for a baseline that is read already.
    pub(super) fn check_baseline(
        &self,
        config: &BaselineConfig,
        result: &BaselineResult,
        history: &[Trial],
    ) -> Result<()> {
        self.check_data(&result.data_sha256)?;
        let names = same("the data set", &config.dataset, &result.dataset)
            .and_then(|()| same("the baseline", config.baseline.method, result.baseline));
        names.map_err(|problem| self.disagree("config.toml", &problem))?;
        of_trials(result, history).map_err(|problem| self.disagree("history.jsonl", &problem))?;
        self.check_values(|tested| {
            let found = TestSummary::of(tested, &config.evaluation.metrics, result.candidates);
            same("the number of test users", found.test_users, result.test_users)?;
            same_metrics(found.test_users, &found.test, &result.test)
        })
    }

    fn check_data(&self, data_sha256: &str) -> Result<()> {
        if !self.data().exists() {
            return Ok(());
        }
        let found = self.read_data_sha256()?;
        same("the fingerprint of the data", found.as_str(), data_sha256)
            .map_err(|problem| self.disagree("data.sha256", &problem))
    }

    fn check_values(&self, check: impl Fn(&Tested) -> Result<(), String>) -> Result<()> {
        if !self.has_per_user() {
            return Ok(());
        }
        check(&self.read_per_user()?).map_err(|problem| self.disagree("per_user.csv", &problem))
    }

    fn disagree(&self, file: &str, problem: &str) -> Error {
        let result = self.result();
        let what_to_do = "one of them was changed: restore it, or delete the folder and run again";
        Error::Failed(format!("{} does not agree with {file}: {problem}; {what_to_do}", result.display()))
    }
}

/// `one` is what the other file says, `of_result` what `result.json` says.
fn same<T: PartialEq + Display>(what: &str, one: T, of_result: T) -> Result<(), String> {
    if one == of_result { Ok(()) } else { Err(format!("{what} is {one} there, {of_result} in the result")) }
}

fn same_number(what: &str, one: f64, of_result: f64) -> Result<(), String> {
    if is_equal(one, of_result) { Ok(()) } else { same(what, one, of_result) }
}

/// A history has all epochs of all phases in order, and the kept epoch of a phase is the best one.
fn of_history(config: &Config, result: &RunResult, history: &[EpochRecord]) -> Result<(), String> {
    let select = config.evaluation.select;
    let validation = |record: &EpochRecord| record.chosen_by(select).0;
    let mut start = f64::NEG_INFINITY;
    for phase in Phase::of(config) {
        let epochs: Vec<_> = history.iter().filter(|record| record.phase == phase).collect();
        let expected = phase.epochs(config);
        same(&format!("the number of epochs of {phase}"), epochs.len() as u64, expected)?;
        if !epochs.iter().map(|record| record.epoch).eq(1..=expected) {
            return Err(format!("the epochs of {phase} are not in order"));
        }
        let seconds = epochs.iter().map(|record| record.seconds).sum();
        same_number(&format!("the time of {phase}"), seconds, result.seconds.get(&phase).copied().unwrap_or_default())?;
        let kept = result.kept_epoch.get(&phase).ok_or_else(|| format!("the result has no kept epoch of {phase}"))?;
        if config.selects(phase) {
            let of_kept = epochs.iter().find(|record| record.epoch == *kept).and_then(|record| validation(record));
            let of_start = epochs.first().and_then(|record| record.chosen_by(select).1).unwrap_or(start);
            let of_kept = of_kept.or_else(|| (*kept == 0).then_some(of_start));
            let of_kept = of_kept.ok_or_else(|| format!("{phase} kept epoch {kept}, which has no validation"))?;
            if let Some(better) = epochs.iter().find(|record| validation(record).is_none_or(|value| value > of_kept)) {
                return Err(format!("{phase} kept epoch {kept}, but epoch {} is better", better.epoch));
            }
            if phase == Phase::Actor {
                start = of_kept;
            }
        }
    }
    Ok(())
}

/// A baseline's history has its trials in order, and the best of them was chosen.
fn of_trials(result: &BaselineResult, history: &[Trial]) -> Result<(), String> {
    same("the number of trials", history.len(), result.trials.len())?;
    if let Some(trial) = history.iter().zip(&result.trials).position(|(one, other)| one != other) {
        return Err(format!("trial {} is another one there", trial + 1));
    }
    let chosen = &result.chosen;
    match history.iter().position(|trial| trial.validation > chosen.validation) {
        Some(better) => Err(format!("trial {} is better than the chosen one", better + 1)),
        None if !history.contains(chosen) => Err("the chosen trial is not there".to_owned()),
        None => Ok(()),
    }
}

/// What was tested, in the words of the files.
trait Tests: Ord + Display {}
impl Tests for Role {}
impl Tests for Gain {}

fn same_metrics<T: Tests>(
    users: usize,
    found: &BTreeMap<T, Metrics>,
    of_result: &BTreeMap<T, Metrics>,
) -> Result<(), String> {
    if let Some(missing) = found.keys().find(|&key| !of_result.contains_key(key)) {
        return Err(format!("{missing} is not in the result"));
    }
    // Before it was that of a sample, the standard error was that of a population.
    let of_population = ((users.max(1) - 1) as f64 / users.max(1) as f64).sqrt();
    for (key, metrics) in of_result {
        let found = found.get(key).ok_or_else(|| format!("{key} is not there"))?;
        for (metric, expected) in metrics {
            let found = found.get(metric).ok_or_else(|| format!("{metric} of {key} is not there"))?;
            same_number(&format!("the mean {metric} of {key}"), found.mean, expected.mean)?;
            if !is_equal(found.se * of_population, expected.se) {
                same_number(&format!("the standard error of {metric} of {key}"), found.se, expected.se)?;
            }
        }
    }
    Ok(())
}
