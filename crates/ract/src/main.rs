//! The `ract` command.

mod commands;

use clap::Parser;
use std::process::ExitCode;

/// Ranking-critical training for collaborative filtering (Lobel, Li, Gao, Carin, ICLR 2020)
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
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
