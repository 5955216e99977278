//! The arguments of the subcommands that run an experiment file.

use super::output::Output;
use crate::Result;
use crate::config::Config;
use crate::run::layout::runs_of_file;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct ExperimentFile {
    /// The experiment's TOML file
    pub(crate) file: PathBuf,
    /// Override a key of the file, such as actor.epochs=10; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// The run folder; for a file with `seeds`, it gets one folder per seed. A run that was started there is continued
    /// [default: runs/ and the file's place in experiments/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

impl ExperimentFile {
    /// The configuration with only the seed that is named with `--set seed=N`, where the file lists several.
    pub(crate) fn with_named_seed(&self, config: Config) -> Config {
        let one_is_named = self.overrides.iter().any(|key| key.starts_with("seed="));
        let seeds = if one_is_named && !config.seeds.is_empty() { vec![config.seed] } else { config.seeds.clone() };
        Config { seeds, ..config }
    }

    /// The run folder.
    pub(crate) fn out(&self) -> Result<PathBuf> {
        self.out.clone().map_or_else(|| runs_of_file(&self.file), Ok)
    }
}
