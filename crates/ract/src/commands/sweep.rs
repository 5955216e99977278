//! `ract sweep`: a search over an experiment's keys.

use super::output::Output;
use super::run;
use super::terminal::Terminal;
use crate::config::Settings;
use crate::experiment::sweep::{self, Combination};
use crate::run::Results;
use crate::run::layout::{kept_of_file, name_of_trial, run_of_trial, runs_of_file};
use crate::tabular::{Cell, Column, Table};
use crate::{Error, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// An experiment's TOML file with a section `sweep`
    file: PathBuf,
    /// The folder of the runs; runs that were started there are continued [default: runs/ and the file's place in
    /// experiments/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Train nothing: rank the combinations that the repository keeps, in experiments/results/
    #[arg(long, conflicts_with = "out")]
    kept: bool,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let trials = sweep::read(&args.file)?;
    let out = if args.kept { kept_of_file(&args.file) } else { args.out.map_or_else(|| runs_of_file(&args.file), Ok) }?;
    let terminal = Terminal::new();
    let folder = |place: usize| run_of_trial(&out, place + 1);
    let missing = if args.kept { &[][..] } else { &trials };
    let mut diverged: Vec<[String; 3]> = Vec::new();
    for (place, Combination { assignments, config }) in missing.iter().enumerate() {
        terminal.line(&format!("trial {} of {}: {}", place + 1, trials.len(), assignments.join(" ")));
        match run::train(config, &folder(place), &run::Watch::default()) {
            Err(Error::NotFinite(problem)) => {
                terminal.line(&format!("trial {} diverged: {problem}", place + 1));
                diverged.push([name_of_trial(place + 1), "diverged".to_owned(), assignments.join(" ")]);
            }
            trained => drop(trained?),
        }
    }
    let results = Results::read(&out)?;
    let mut found = Vec::new();
    for (place, trial) in trials.iter().enumerate() {
        let Some(run) = results.runs.iter().find(|run| run.path == folder(place)) else { continue };
        if let Some(difference) = run.config.difference(&trial.config)? {
            let run = run.path.folder().display();
            return Err(Error::Failed(format!("{run} is of another search: {difference}; run the search again")));
        }
        found.push((trial, run));
    }
    found.sort_by(|(_, a), (_, b)| sweep::validation(b).total_cmp(&sweep::validation(a)));
    let (_, best) = found.first().ok_or_else(|| Error::Failed("no trial has finished".to_owned()))?;
    let select = best.config.evaluation.select;
    let columns: [Column; 3] = ["trial".into(), format!("validation {select}").into(), "keys".into()];
    let mut table = Table::new(columns).right(1..2);
    for (trial, run) in &found {
        let validation = sweep::validation(run);
        let validation = Cell::of(format!("{validation:.4}"), validation);
        table.add_row([run.name.clone().into(), validation, trial.assignments.join(" ").into()]);
    }
    diverged.into_iter().for_each(|row| table.add_row(row));
    args.output.print(&table)?;
    if !args.kept {
        terminal.line(&format!("Best on the validation users: {}", best.path.folder().display()));
    }
    Ok(())
}
