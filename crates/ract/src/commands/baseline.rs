//! `ract baseline`: fits a baseline over a grid and tests the best one.

use crate::commands::experiment_file::ExperimentFile;
use crate::commands::terminal::Terminal;
use crate::config::{BaselineConfig, Settings};
use crate::experiment::baseline;
use crate::paper::table;
use crate::run::{BaselineResult, RunFolder, RunPath, Trial};
use crate::{Result, experiment, report};
use std::path::Path;

pub(crate) fn run(args: ExperimentFile) -> Result<()> {
    print_fitted(&BaselineConfig::read(&args.file, &args.overrides)?, &args)
}

/// Fits the missing combinations of the baseline, and prints the results.
pub(super) fn print_fitted(config: &BaselineConfig, args: &ExperimentFile) -> Result<()> {
    let result = fit(config, &args.out()?)?;
    args.output.print(&table::baseline(&result, &super::columns(&config.evaluation.metrics)))
}

/// Fits the missing combinations of the baseline in `out`.
pub(super) fn fit(config: &BaselineConfig, out: &Path) -> Result<BaselineResult> {
    let (data, data_sha256) = experiment::read_with_fingerprint(&config.data)?;
    let terminal = Terminal::new();
    super::tell_of_missing_checksums(&config.data, &terminal)?;
    let select = config.evaluation.select;
    let describe = |trial: &Trial| {
        let shown = |(name, &value): (&String, &f64)| format!("{name} {}, ", config.baseline.method.shown(name, value));
        let parameters = trial.parameters.iter().map(shown);
        let (parameters, validation) = (parameters.collect::<String>(), trial.validation);
        format!("{}: {parameters}validation {select} {validation:.4}, {:.1} s", config.baseline.method, trial.seconds)
    };
    let folder = RunFolder::open(out, config, &data_sha256)?;
    let result = baseline::run(config, &data, &folder, |trial| terminal.line(&describe(trial)))?;
    terminal.line(&format!("chosen: {}", describe(&result.chosen)));
    terminal.line(&format!("All metrics: {}", RunPath::at(out).result().display()));
    terminal.line(&format!("Report: {}", report::write_run(out, report::Lists::None)?.display()));
    Ok(result)
}
