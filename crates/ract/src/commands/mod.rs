//! The subcommands, one a file.

mod evaluate;
mod experiment_file;
mod inspect;
mod prepare;
mod rival;
mod run;
mod synth;
mod table;
mod terminal;
mod weights_plot;

use clap::Subcommand;
use ract::Result;
use ract::metrics::Metric;
use std::io::Write;

/// What `ract` can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Filter and split raw interactions into a folder that runs can train on
    Prepare(prepare::Args),
    /// Train all phases of an experiment and print what was gained; run again, it resumes
    Run(run::Args),
    /// Fit a rival over a grid, choose on the validation users, and test it; run again, it resumes
    Rival(experiment_file::ExperimentFile),
    /// Print the test metrics of a finished or interrupted run
    Evaluate(evaluate::Args),
    /// Print a table of the paper from the results that exist
    Table(table::Args),
    /// Show the gradients of one batch: as a table, for Graphviz, or drawn
    Inspect(inspect::Args),
    /// Write a synthetic raw file of the shape of a public data set
    Synth(synth::Args),
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Prepare(args) => prepare::run(args),
            Self::Run(args) => run::run(args),
            Self::Rival(args) => rival::run(args),
            Self::Evaluate(args) => evaluate::run(args),
            Self::Table(args) => table::run(args),
            Self::Inspect(args) => inspect::run(args),
            Self::Synth(args) => synth::run(args),
        }
    }
}

/// A result, to stdout; a reader that has gone away is no failure.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A number with commas between its thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

/// The columns of a printed table: those of the paper's tables, as far as they were measured.
fn columns(measured: &[Metric]) -> Vec<Metric> {
    let paper = [Metric::Ndcg(100), Metric::Recall(20), Metric::Recall(50)];
    let columns: Vec<_> = paper.into_iter().filter(|metric| measured.contains(metric)).collect();
    if columns.is_empty() { measured.to_vec() } else { columns }
}
