//! Baselines: they are fitted for each combination of a grid, selected on the validation users, and tested once.

use super::refit;
use crate::config::{BaselineConfig, Role};
use crate::metrics::Metric;
use crate::run::{BaselineResult, Metrics, Provenance, RunFolder, Tested, Trial, peak_memory_bytes};
use crate::training::evaluate_baseline;
use crate::{Error, Result};
use ract_data::Dataset;
use ract_models::baselines::Baseline;
use std::collections::BTreeMap;
use std::time::Instant;

/// The number of users who are scored at a time.
pub(super) const BATCH_SIZE: usize = 500;

/// Fits every combination that was not tried yet on the training users, and calls `tried` after each. Then tests the
/// combination that is best on the validation users, and writes `per_user.csv` and `result.json`. A finished baseline
/// is only read.
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
    let method = config.baseline.method;
    let failed = |error| Error::Failed(format!("{method}: {error}"));
    let select = config.evaluation.select;
    let facts = config.evaluation.facts(&data.train);
    let role = Role::Baseline(method);
    let mut trials: Vec<Trial> = folder.history()?;
    folder.write_history(&trials)?;
    let mut last = None;
    for parameters in config.combinations() {
        if trials.iter().any(|trial| trial.is_of(&parameters)) {
            continue;
        }
        drop(last.take()); // frees its memory before the next fit
        let start = Instant::now();
        let baseline = (method.fit)(&data.train, &parameters).map_err(failed)?;
        let seconds = start.elapsed().as_secs_f64();
        let validation =
            evaluate_baseline(&*baseline, &data.validation, &[select], &facts, BATCH_SIZE)?.estimate(select).mean;
        last = Some((parameters.clone(), baseline));
        let parameters = parameters.0.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let trial = Trial { parameters, validation, seconds };
        folder.append(&trial)?;
        tried(&trial);
        trials.push(trial);
    }
    let best = trials.iter().max_by(|a, b| a.validation.total_cmp(&b.validation));
    let chosen = best.ok_or_else(|| Error::Failed("nothing was tried".to_owned()))?.clone();
    let baseline = match last.filter(|(parameters, _)| chosen.is_of(parameters) && !config.refit) {
        Some((_, baseline)) => baseline,
        None => fit_chosen(config, &chosen, data)?,
    };
    let metrics = &config.evaluation.metrics;
    let per_user = evaluate_baseline(&*baseline, &data.test, metrics, &facts, BATCH_SIZE)?;
    let test: Metrics = metrics.iter().map(|&metric: &Metric| (metric, per_user.estimate(metric))).collect();
    let result = BaselineResult {
        dataset: config.dataset.clone(),
        baseline: method,
        data_sha256: folder.data_sha256().to_owned(),
        chosen,
        trials,
        test_users: per_user.users.len(),
        candidates: data.test.most_candidates(),
        test: BTreeMap::from([(role, test)]),
        peak_memory_bytes: peak_memory_bytes(),
        provenance: Provenance::here(),
    };
    folder.write_per_user(&Tested::from([(role, per_user)]))?;
    folder.finish(&result)?;
    Ok(result)
}

/// The baseline with the parameters that were chosen, fitted as it is tested: with the validation items in a refit.
///
/// # Errors
/// When they are not in the grid of `config`, or the fit fails.
pub(crate) fn fit_chosen(config: &BaselineConfig, chosen: &Trial, data: &Dataset) -> Result<Box<dyn Baseline>> {
    let method = config.baseline.method;
    let all = config.combinations();
    let parameters = all.iter().find(|parameters| chosen.is_of(parameters));
    let parameters =
        parameters.ok_or_else(|| Error::Failed(format!("{method}: the chosen parameters are not in the grid")))?;
    let known = refit::data(config.refit, &config.data)?;
    let train = known.as_ref().map_or(&data.train, |known| &known.train);
    (method.fit)(train, parameters).map_err(|error| Error::Failed(format!("{method}: {error}")))
}
