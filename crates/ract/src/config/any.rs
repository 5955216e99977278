//! An experiment file of either kind.

use super::{BaselineConfig, Config, Settings};
use crate::{Error, Result};
use std::path::Path;

/// What an experiment file asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyConfig {
    /// An actor, trained in phases.
    Run(Box<Config>),
    /// A baseline, fitted over a grid.
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
        // What is no TOML is refused, with its line, by the reader of runs. `rival` is the section's old name.
        let has = |table: &toml::Table| ["baseline", "rival"].iter().any(|key| table.contains_key(*key));
        if toml::from_str(&text).is_ok_and(|table| has(&table)) {
            BaselineConfig::read(path, overrides).map(Self::Baseline)
        } else {
            Config::read(path, overrides).map(|config| Self::Run(Box::new(config)))
        }
    }
}
