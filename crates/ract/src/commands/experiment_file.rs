//! The arguments of what runs an experiment file.

use ract::{Error, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct ExperimentFile {
    /// The experiment's TOML file
    pub(crate) file: PathBuf,
    /// Override a key of the file, such as actor.epochs=10; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// The run folder; what was begun goes on there [default: runs/ and the file's name]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl ExperimentFile {
    /// The run folder.
    pub(crate) fn out(&self) -> Result<PathBuf> {
        let name = self.file.file_stem().ok_or_else(|| Error::Usage(format!("{} is no file", self.file.display())))?;
        Ok(self.out.clone().unwrap_or_else(|| PathBuf::from("runs").join(name)))
    }
}
