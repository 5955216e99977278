//! `ract baseline`: a recommender that no gradient trains, chosen over a grid.

use crate::commands::experiment_file::ExperimentFile;
use crate::commands::terminal::Terminal;
use crate::config::{BaselineConfig, Settings};
use crate::experiment::{self, baseline};
use crate::paper::table;
use crate::run::{BaselineResult, RunFolder, Trial};
use crate::{Result, report};
use ract_data::fingerprint;
use std::path::Path;

pub(crate) fn run(args: ExperimentFile) -> Result<()> {
    let config = BaselineConfig::read(&args.file, &args.overrides)?;
    let result = fit(&config, &args.out()?)?;
    super::print(&table::baseline(config.label(), &result, &super::columns(&config.evaluation.metrics)));
    Ok(())
}

/// Fits what is missing of the baseline in `out`.
pub(super) fn fit(config: &BaselineConfig, out: &Path) -> Result<BaselineResult> {
    let data = experiment::read_data(&config.data)?;
    let terminal = Terminal::new();
    let select = config.evaluation.select;
    let describe = |trial: &Trial| {
        let parameters = trial.parameters.iter().map(|(name, value)| format!("{name} {value}, "));
        let (parameters, validation) = (parameters.collect::<String>(), trial.validation);
        format!("{}: {parameters}validation {select} {validation:.4}, {:.1} s", config.baseline.method, trial.seconds)
    };
    let folder = RunFolder::open(out, config, &fingerprint(&data))?;
    let result = baseline::run(config, &data, &folder, |trial| terminal.line(&describe(trial)))?;
    terminal.line(&format!("chosen: {}", describe(&result.chosen)));
    terminal.line(&format!("All metrics: {}", out.join("result.json").display()));
    terminal.line(&format!("Report: {}", report::write_run(out)?.display()));
    Ok(result)
}
