//! The arguments of what runs an experiment file.

use ract::{Error, Result};
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
        if let Some(out) = &self.out {
            return Ok(out.clone());
        }
        let no_file = || Error::Usage(format!("{} is no file", self.file.display()));
        // Two data sets may have experiments of the same name.
        let place = match self.file.strip_prefix("experiments") {
            Ok(beneath) => beneath,
            Err(_) => Path::new(self.file.file_name().ok_or_else(no_file)?),
        };
        Ok(Path::new("runs").join(place.with_extension("")))
    }

    /// Whether one seed was named, instead of those of the file.
    pub(crate) fn names_seed(&self) -> bool {
        self.overrides.iter().any(|key| key.starts_with("seed="))
    }
}
