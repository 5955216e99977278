//! Baselines: fitted over a grid, chosen on the validation users, tested once.

use crate::config::{Data, Evaluation, Settings};
use crate::evaluate::evaluate_baseline;
use crate::experiment::read_data;
use crate::metrics::Metric;
use crate::per_user::Tested;
use crate::result::{Metrics, Provenance, peak_memory_bytes};
use crate::run_folder::RunFolder;
use crate::{Error, Result};
use ract_data::Dataset;
use ract_models::baselines::{BASELINES, BaselineEntry, Parameters, baseline_entry};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Instant;

/// Users who are scored at a time.
const BATCH_SIZE: usize = 500;

/// An experiment file with a baseline in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineConfig {
    /// The data set's name in results, such as `ml-20m`.
    pub dataset: String,
    /// Where the interactions come from.
    pub data: Data,
    /// Which baseline, and what is tried. (`rival` is the key's old name.)
    #[serde(alias = "rival")]
    pub baseline: Tried,
    /// What is measured, and what is selected by.
    #[serde(default)]
    pub evaluation: Evaluation,
}

/// A baseline and the values that its parameters are given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// Its name in the registry, [`ract_models::baselines::BASELINES`].
    pub method: String,
    /// Values of its parameters, by name; what is left out is tried at the registry's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub grid: BTreeMap<String, Vec<f64>>,
}

impl Settings for BaselineConfig {
    fn check(&self) -> Result<(), String> {
        let Tried { method, grid } = &self.baseline;
        let Some(entry) = baseline_entry(method) else {
            let names: Vec<_> = BASELINES.iter().map(|entry| entry.name).collect();
            return Err(format!("baseline.method is {method}: there are {}", names.join(", ")));
        };
        for (name, values) in grid {
            if entry.parameters.iter().all(|parameter| parameter.name != name) {
                let names: Vec<_> = entry.parameters.iter().map(|parameter| parameter.name).collect();
                return Err(format!("baseline.grid.{name}: {method} has {}", names.join(", ")));
            }
            if values.is_empty() {
                return Err(format!("baseline.grid.{name} is empty: name at least one value"));
            }
        }
        if self.evaluation.metrics.is_empty() {
            return Err("evaluation.metrics is empty: name at least one, such as ndcg@100".to_owned());
        }
        Ok(())
    }
}

impl BaselineConfig {
    fn entry(&self) -> Result<&'static BaselineEntry> {
        let method = &self.baseline.method;
        baseline_entry(method).ok_or_else(|| Error::Usage(format!("there is no baseline {method}")))
    }

    /// What the baseline is called in tables.
    pub fn label(&self) -> &str {
        label_of(&self.baseline.method)
    }

    /// Every combination of the grid, the last parameter changing fastest.
    ///
    /// # Errors
    /// When there is no baseline of that name.
    pub fn combinations(&self) -> Result<Vec<Parameters>> {
        let mut combinations = vec![Parameters::default()];
        for parameter in self.entry()?.parameters {
            let values = self.baseline.grid.get(parameter.name).map_or(parameter.grid, Vec::as_slice);
            let with = |before: &Parameters, value| {
                let mut with = before.clone();
                with.0.insert(parameter.name, value);
                with
            };
            combinations =
                combinations.iter().flat_map(|before| values.iter().map(move |&value| with(before, value))).collect();
        }
        Ok(combinations)
    }

    /// The interactions.
    ///
    /// # Errors
    /// When there is no prepared folder, or when it is damaged.
    pub fn data(&self) -> Result<Dataset> {
        read_data(&self.data)
    }
}

/// A combination of parameters in `history.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// By name.
    pub parameters: BTreeMap<String, f64>,
    /// The selecting metric's mean over the validation users.
    pub validation: f64,
    /// Time of fitting.
    pub seconds: f64,
}

impl Trial {
    fn is_of(&self, parameters: &Parameters) -> bool {
        self.parameters
            .iter()
            .map(|(name, &value)| (name.as_str(), value))
            .eq(parameters.0.iter().map(|(n, &v)| (*n, v)))
    }
}

/// `result.json` of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineResult {
    /// The data set's name.
    pub dataset: String,
    /// The baseline's name in the registry. (`rival` is the key's old name.)
    #[serde(alias = "rival")]
    pub baseline: String,
    /// Fingerprint of the interactions that it was fitted to and tested by.
    pub data_sha256: String,
    /// The combination that was best on the validation users.
    pub chosen: Trial,
    /// All combinations.
    pub trials: Vec<Trial>,
    /// Test users who have something held out.
    pub test_users: usize,
    /// How many items are ranked for a user, where they are candidates and not all that the user does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<usize>,
    /// Test metrics by the baseline's name.
    pub test: BTreeMap<String, Metrics>,
    /// Largest resident memory of the process that finished it.
    pub peak_memory_bytes: Option<u64>,
    /// What made these numbers.
    pub provenance: Provenance,
}

impl BaselineResult {
    /// What was tested, and with which parameters, for tables.
    pub fn label(&self) -> String {
        let name = label_of(&self.baseline);
        let chosen = self.chosen.parameters.iter().filter(|(_, value)| **value != 0.0);
        let chosen: Vec<_> = chosen.map(|(parameter, value)| format!("{parameter} {value}")).collect();
        if chosen.is_empty() { name.to_owned() } else { format!("{name} ({})", chosen.join(", ")) }
    }
}

/// What a baseline of that name in the registry is called in tables.
pub(crate) fn label_of(method: &str) -> &str {
    baseline_entry(method).map_or(method, |entry| entry.label)
}

/// Fits every combination that was not tried yet to the training users, hears of each by `tried`, tests the one that is best
/// on the validation users, and writes `per_user.csv` and `result.json`. A finished one is only read.
///
/// # Errors
/// When a fit fails or the folder cannot be written to.
pub fn run(
    config: &BaselineConfig,
    data: &Dataset,
    folder: &RunFolder,
    mut tried: impl FnMut(&Trial),
) -> Result<BaselineResult> {
    if let Some(result) = folder.result()? {
        return Ok(result);
    }
    let entry = config.entry()?;
    let failed = |error| Error::Failed(format!("{}: {error}", entry.name));
    let select = config.evaluation.select;
    let mut trials: Vec<Trial> = folder.history()?;
    folder.write_history(&trials)?;
    let mut last = None;
    for parameters in config.combinations()? {
        if trials.iter().any(|trial| trial.is_of(&parameters)) {
            continue;
        }
        drop(last.take()); // before the next one takes memory
        let start = Instant::now();
        let baseline = (entry.fit)(&data.train, &parameters).map_err(failed)?;
        let seconds = start.elapsed().as_secs_f64();
        let validation = evaluate_baseline(&*baseline, &data.validation, &[select], BATCH_SIZE)?.estimate(select).mean;
        last = Some((parameters.clone(), baseline));
        let parameters = parameters.0.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let trial = Trial { parameters, validation, seconds };
        folder.append(&trial)?;
        tried(&trial);
        trials.push(trial);
    }
    let best = trials.iter().max_by(|a, b| a.validation.total_cmp(&b.validation));
    let chosen = best.ok_or_else(|| Error::Failed("nothing was tried".to_owned()))?.clone();
    let baseline = match last.filter(|(parameters, _)| chosen.is_of(parameters)) {
        Some((_, baseline)) => baseline,
        None => {
            let all = config.combinations()?;
            let parameters = all.iter().find(|parameters| chosen.is_of(parameters));
            (entry.fit)(&data.train, parameters.unwrap_or(&Parameters::default())).map_err(failed)?
        }
    };
    let metrics = &config.evaluation.metrics;
    let per_user = evaluate_baseline(&*baseline, &data.test, metrics, BATCH_SIZE)?;
    let test: Metrics = metrics.iter().map(|&metric: &Metric| (metric, per_user.estimate(metric))).collect();
    let result = BaselineResult {
        dataset: config.dataset.clone(),
        baseline: entry.name.to_owned(),
        data_sha256: folder.data_sha256().to_owned(),
        chosen,
        trials,
        test_users: per_user.users.len(),
        candidates: data.test.most_candidates(),
        test: BTreeMap::from([(entry.name.to_owned(), test)]),
        peak_memory_bytes: peak_memory_bytes(),
        provenance: Provenance::here(),
    };
    folder.write_per_user(&Tested::from([(entry.name.to_owned(), per_user)]))?;
    folder.finish(&result)?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn config(method: &str, grid: &[(&str, Vec<f64>)]) -> BaselineConfig {
        BaselineConfig {
            dataset: "x".to_owned(),
            data: Data::Path(PathBuf::from("x")),
            baseline: Tried {
                method: method.to_owned(),
                grid: grid.iter().map(|(name, values)| ((*name).to_owned(), values.clone())).collect(),
            },
            evaluation: Evaluation::default(),
        }
    }

    #[test]
    fn a_baseline_without_parameters_is_tried_once() {
        assert_eq!(config("popularity", &[]).combinations().unwrap(), [Parameters::default()]);
    }

    #[test]
    fn what_a_baseline_does_not_have_is_refused_by_name() {
        let error = config("popularity", &[("lambda", vec![1.0])]).check().unwrap_err();
        assert!(error.starts_with("baseline.grid.lambda: popularity has"), "{error}");
        assert!(
            config("nobody", &[]).check().unwrap_err().starts_with("baseline.method is nobody: there are popularity")
        );
    }
}
