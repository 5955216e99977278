//! The `ract` command.

mod commands;

use clap::Parser;
use ract::{Error, Result};
use std::process::ExitCode;

/// Ranking-critical training for collaborative filtering (Lobel, Li, Gao, Carin, ICLR 2020)
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    match share_the_work().and_then(|()| Cli::parse().command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the one place that reports a failure")]
            {
                eprintln!("ract: {error}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}

/// Makes this thread one of those that parallel loops run on: it works along instead of sleeping until they are done.
fn share_the_work() -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
    pool.map_err(|error| Error::Failed(format!("cannot start threads: {error}")))
}
