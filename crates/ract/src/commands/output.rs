//! `--json`: how the subcommands print their tables.

use crate::tabular::Tables;
use crate::{Error, Result};
use serde::Serialize;

/// The arguments of a subcommand that prints tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, clap::Args)]
pub(crate) struct Output {
    /// Print a line of JSON for each table: an array with an object for each row, its numbers not rounded
    #[arg(long)]
    pub(crate) json: bool,
}

impl Output {
    /// Prints the tables with the text between them, or their rows alone.
    pub(super) fn print(self, shown: &dyn Tables) -> Result<()> {
        if self.json {
            shown.tables().iter().try_for_each(|table| json(&table.to_json()))
        } else {
            super::print(&shown)
        }
    }

    /// Prints what stands beside the tables, for people.
    pub(super) fn say(self, text: &str) -> Result<()> {
        if self.json { Ok(()) } else { super::print(&text) }
    }
}

/// Prints a line of JSON.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(value).map_err(|error| Error::Failed(error.to_string()))?;
    super::print(&line)
}
