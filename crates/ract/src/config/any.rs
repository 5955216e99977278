//! An experiment file, for a run or for a baseline.

use super::{BaselineConfig, Config, Settings};
use crate::{Error, Result};
use std::path::Path;

/// What an experiment file asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyConfig {
    /// The training of an actor, in phases.
    Run(Box<Config>),
    /// A baseline, fitted for every combination of a grid.
    Baseline(BaselineConfig),
}

impl AnyConfig {
    /// Reads an experiment file and applies `overrides`, as [`Settings::read`] does. A file with a section `baseline` asks for
    /// a baseline.
    ///
    /// # Errors
    /// As for [`Settings::read`].
    pub fn read(path: &Path, overrides: &[String]) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        // For text that is not TOML, the reader of runs returns the error with its line. `rival` is the section's old
        // name.
        let has = |table: &toml::Table| ["baseline", "rival"].iter().any(|key| table.contains_key(*key));
        if toml::from_str(&text).is_ok_and(|table| has(&table)) {
            BaselineConfig::read(path, overrides).map(Self::Baseline)
        } else {
            Config::read(path, overrides).map(|config| Self::Run(Box::new(config)))
        }
    }
}
