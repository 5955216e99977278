//! `ract man`: the manual pages, one for each subcommand.

use super::Cli;
use crate::{Error, Result};
use clap::CommandFactory;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder to write ract.1, ract-run.1 and so on to; `man -l FILE` shows one
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let folder = args.folder;
    std::fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
    clap_mangen::generate_to(Cli::command(), &folder).map_err(Error::file("write", &folder))?;
    super::print(&folder.display())
}
