//! `ract rival`: a recommender that no gradient trains, chosen over a grid.

use crate::commands::terminal::Terminal;
use ract::config::Settings;
use ract::fingerprint::fingerprint;
use ract::rival::{RivalConfig, RivalResult, Trial};
use ract::run_folder::RunFolder;
use ract::{Error, Result, rival, table};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rival's TOML file
    file: PathBuf,
    /// Override a key of the file, such as rival.grid.lambda=[100, 200]; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// The run folder; a begun search goes on there [default: runs/ and the file's name]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let config = RivalConfig::read(&args.file, &args.overrides)?;
    let name = args.file.file_stem().ok_or_else(|| Error::Usage(format!("{} is no file", args.file.display())))?;
    let out = args.out.unwrap_or_else(|| PathBuf::from("runs").join(name));
    let data = config.data()?;
    let terminal = Terminal::new();
    let select = config.evaluation.select;
    let describe = |trial: &Trial| {
        let parameters = trial.parameters.iter().map(|(name, value)| format!("{name} {value}, "));
        let (parameters, validation) = (parameters.collect::<String>(), trial.validation);
        format!("{}: {parameters}validation {select} {validation:.4}, {:.1} s", config.rival.method, trial.seconds)
    };
    let folder = RunFolder::open(&out, &config, &fingerprint(&data))?;
    let result: RivalResult = rival::run(&config, &data, &folder, |trial| terminal.line(&describe(trial)))?;
    terminal.line(&format!("chosen: {}", describe(&result.chosen)));
    super::print(&table::rival(config.label(), &result, &super::columns(&config.evaluation.metrics)));
    terminal.line(&format!("All metrics: {}", out.join("result.json").display()));
    Ok(())
}
