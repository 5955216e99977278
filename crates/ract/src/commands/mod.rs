//! The subcommands, one per file.

mod baseline;
mod chosen_run;
mod compare;
mod completions;
mod curve;
mod data;
mod doctor;
mod evaluate;
mod experiment_file;
mod export;
mod figure;
mod follow;
mod inspect;
mod keep;
mod list;
mod man;
mod output;
mod pages;
mod paper;
mod prepare;
mod recommend;
mod report;
mod run;
mod score;
mod serve;
mod show;
mod similar;
mod simulate;
mod speed;
mod sweep;
mod synth;
mod table;
mod terminal;
mod verify;

use crate::config::Data;
use crate::metrics::Metric;
use crate::{Error, Result};
use clap::{Parser, Subcommand};
use ract_autodiff::Vectors;
use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

const EXIT_CODES: &str =
    "Exit codes: 0 all is done; 1 it could not be done; 2 the command line or a file asks for what does not exist";

/// Ranking-critical training for collaborative filtering (Lobel, Li, Gao, Carin, ICLR 2020)
#[derive(Parser)]
#[command(version, propagate_version = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The processor's vectors that training uses: widest, avx512, avx2 or portable (slow). Results have the same bits with each
    #[arg(long, global = true, value_name = "KIND", default_value_t, hide_short_help = true)]
    vectors: Vectors,
}

impl Cli {
    fn run(self) -> Result<()> {
        self.vectors.choose().map_err(|error| Error::Usage(error.to_string()))?;
        // A service computes on threads of its own, while this one waits for requests.
        if !matches!(self.command, Command::Serve(_)) {
            work_along()?;
        }
        self.command.run()
    }
}

/// Runs the command line of this process. Prints the reason of a failure on stderr.
pub fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the one place that reports a failure")]
            {
                eprintln!("ract: {}", one_line(&error.to_string()));
            }
            ExitCode::from(error.exit_code())
        }
    }
}

/// Makes this thread one of the threads that run parallel loops. Otherwise it would be idle until they are done.
fn work_along() -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
    pool.map_err(|error| Error::Failed(format!("cannot start threads: {error}")))
}

/// What `ract` can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Filter and split raw interactions into a folder that runs can train on
    Prepare(Box<prepare::Args>),
    /// Show what is in a prepared folder
    Data(data::Args),
    /// Train all phases of an experiment and print the gains; run again, it resumes
    Run(run::Args),
    /// Search over the keys of an experiment, measured on the validation users; run again, it resumes
    Sweep(sweep::Args),
    /// Fit a baseline over a grid, select on the validation users, and test it; run again, it resumes
    Baseline(experiment_file::ExperimentFile),
    /// The old name of `ract baseline`
    #[command(hide = true)]
    Rival(experiment_file::ExperimentFile),
    /// Print the test metrics of a finished or interrupted run
    Evaluate(evaluate::Args),
    /// Measure finished runs again, and compare every value with the recorded one
    Verify(verify::Args),
    /// Show the test results of finished runs, from their small files
    Show(show::Args),
    /// Show the speed of the training steps that `make bench` measured
    Speed(speed::Args),
    /// Test whether runs on the same split differ, paired by user
    Compare(compare::Args),
    /// Recommend items to the users of a file, by a finished run or baseline
    Recommend(recommend::Args),
    /// Write a trained actor to files that other programs read
    Export(export::Args),
    /// Print the metric that a run's critic expects of rankings that any system made
    Score(score::Args),
    /// Serve recommendations over HTTP, with a page that shows them
    Serve(serve::Args),
    /// Show what a run recommends to someone who has a single item
    Similar(similar::Args),
    /// Show the validation curves of a run that another process trains
    Follow(follow::Args),
    /// Write the results of a run, or of every run in a folder, to a self-contained HTML file
    Report(report::Args),
    /// Print a table of the paper; missing runs are trained first
    Table(table::Args),
    /// Draw a figure of the paper; missing runs are trained first
    Figure(figure::Args),
    /// List the experiments of a group
    List(list::Args),
    /// Copy the small files of finished runs to experiments/results
    Keep(keep::Args),
    /// Compare the tables in README.md and experiments/*.md with what their commands print, or write them anew
    Pages(pages::Args),
    /// Show the gradients of one batch: as a table, for Graphviz, or drawn
    Inspect(inspect::Args),
    /// Show a run's lists to its training users in an invented world, and write what they buy: a log for a critic
    Simulate(simulate::Args),
    /// Write a synthetic raw file of the shape of a public data set
    Synth(synth::Args),
    /// Show what this machine and this folder offer
    Doctor(doctor::Args),
    /// Print what makes a shell complete the command's words
    Completions(completions::Args),
    /// Write the manual pages
    Man(man::Args),
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Prepare(args) => prepare::run(*args),
            Self::Data(args) => data::run(args),
            Self::Run(args) => run::run(args),
            Self::Sweep(args) => sweep::run(args),
            Self::Baseline(args) => baseline::run(args),
            Self::Rival(args) => {
                terminal::Terminal::new().line("`ract rival` is called `ract baseline` now");
                baseline::run(args)
            }
            Self::Evaluate(args) => evaluate::run(args),
            Self::Verify(args) => verify::run(args),
            Self::Show(args) => show::run(args),
            Self::Speed(args) => speed::run(args),
            Self::Compare(args) => compare::run(args),
            Self::Recommend(args) => recommend::run(args),
            Self::Export(args) => export::run(args),
            Self::Score(args) => score::run(args),
            Self::Serve(args) => serve::run(args),
            Self::Similar(args) => similar::run(args),
            Self::Follow(args) => follow::run(args),
            Self::Report(args) => report::run(args),
            Self::Table(args) => table::run(args),
            Self::Figure(args) => figure::run(args),
            Self::List(args) => list::run(args),
            Self::Keep(args) => keep::run(args),
            Self::Pages(args) => pages::run(args),
            Self::Inspect(args) => inspect::run(args),
            Self::Synth(args) => synth::run(args),
            Self::Simulate(args) => simulate::run(args),
            Self::Doctor(args) => doctor::run(args),
            Self::Completions(args) => completions::run(args),
            Self::Man(args) => man::run(args),
        }
    }
}

/// Prints to stdout. A reader who has seen enough, such as `head`, is no failure.
fn print(text: &dyn Display) -> Result<()> {
    match writeln!(std::io::stdout(), "{}", visible(&text.to_string())) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Failed(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// The text with control characters as their escapes. A name in a file or a path must not steer the terminal.
fn visible(text: &str) -> String {
    let escaped = |c: char| if c.is_control() && c != '\n' { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
}

/// The reason of a failure. A line break in a name of a file must not make a second line, which could say something else.
fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

/// Says that the files of a prepared folder cannot be compared with checksums, if that is so.
fn tell_of_missing_checksums(data: &Data, terminal: &terminal::Terminal) -> Result<()> {
    if let Data::Path(folder) = data
        && !ract_data::has_checksums(folder)?
    {
        let folder = folder.display();
        terminal.line(&format!("{folder} has no checksums: only that its files are consistent was checked"));
    }
    Ok(())
}

/// A number with commas between the thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(",")
}

/// The columns of a printed table: the metrics of the paper's tables that were measured, or all measured metrics if
/// there are fewer than two of these.
fn columns(measured: &[Metric]) -> Vec<Metric> {
    let paper = [Metric::ndcg(100), Metric::recall(20), Metric::recall(50)];
    let columns: Vec<_> = paper.into_iter().filter(|metric| measured.contains(metric)).collect();
    if columns.len() < 2 { measured.to_vec() } else { columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_quotes_a_file_is_one_line_and_steers_no_terminal() {
        let said = one_line("x.json is damaged: unknown field `a\nract: all is well\u{1b}[2J`");
        assert_eq!(said, "x.json is damaged: unknown field `a\\nract: all is well\\u{1b}[2J`");
    }
}
