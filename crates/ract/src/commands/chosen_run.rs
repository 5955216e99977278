//! Which recommender of which run.

use crate::config::Role;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct ChosenRun {
    /// The folder of a finished run or baseline
    #[arg(value_name = "RUN")]
    pub(super) run: PathBuf,
    /// The recommender: actor, control, ract ... [default: the run's last one]
    #[arg(long = "of", value_name = "ROLE")]
    pub(super) role: Option<Role>,
}
