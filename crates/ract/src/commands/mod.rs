//! The subcommands, one a file.

pub(crate) mod prepare;
pub(crate) mod synth;

use clap::Subcommand;
use ract::Result;

/// What `ract` can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Filter and split raw interactions into a folder that runs can train on
    Prepare(prepare::Args),
    /// Write a synthetic ratings file of the shape of a public data set
    Synth(synth::Args),
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Prepare(args) => prepare::run(args),
            Self::Synth(args) => synth::run(args),
        }
    }
}
