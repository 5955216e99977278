//! `ract evaluate`: test metrics of a finished or interrupted run.

use ract::published::published;
use ract::run_folder::RunFolder;
use ract::{Error, Result, experiment, table};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run folder
    run: PathBuf,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let (folder, config) = RunFolder::existing(&args.run)?;
    let data = experiment::load_data(&config)?;
    let evaluation = experiment::evaluate(&config, &data, &folder)?;
    if !evaluation.test.contains_key("actor") {
        let message = format!("{} has finished no phase yet: go on with `ract run`", args.run.display());
        return Err(Error::Failed(message));
    }
    super::print(&table::results(&evaluation, &super::columns(&config), &published(&config.dataset)?));
    Ok(())
}
