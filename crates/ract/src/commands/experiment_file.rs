//! The arguments of what runs an experiment file.

use crate::{Error, Result};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct ExperimentFile {
    /// The experiment's TOML file
    pub(crate) file: PathBuf,
    /// Override a key of the file, such as actor.epochs=10; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// The run folder; what was begun goes on there [default: runs/ and the file's place in experiments/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl ExperimentFile {
    /// The run folder.
    pub(crate) fn out(&self) -> Result<PathBuf> {
        self.out.clone().map_or_else(|| run_folder(&self.file), Ok)
    }

    /// Whether one seed was named, instead of those of the file.
    pub(crate) fn names_seed(&self) -> bool {
        self.overrides.iter().any(|key| key.starts_with("seed="))
    }
}

/// Where the runs of an experiment file go.
pub(super) fn run_folder(file: &Path) -> Result<PathBuf> {
    // Two data sets may have experiments of the same name.
    let place = file.strip_prefix("experiments").ok().or_else(|| file.file_name().map(Path::new));
    let place = place.ok_or_else(|| Error::Usage(format!("{} is no file", file.display())))?;
    Ok(Path::new("runs").join(place.with_extension("")))
}
