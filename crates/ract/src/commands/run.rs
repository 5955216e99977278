//! `ract run`: all phases of one experiment.

use crate::commands::baseline;
use crate::commands::experiment_file::ExperimentFile;
use crate::commands::output::Output;
use crate::commands::terminal::Terminal;
use crate::config::{AnyConfig, Config, Phase};
use crate::paper::published::published;
use crate::paper::table;
use crate::report::tensorboard::EventFiles;
use crate::run::layout::{run_of_seed, runs_of};
use crate::run::{EpochRecord, OverSeeds, RunFolder, RunPath, RunResult};
use crate::training::Progress;
use crate::training::outcomes::RARELY_SHOWN;
use crate::{Error, Result, experiment, report};
use ract_autodiff::{Products, Vectors};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    experiment: ExperimentFile,
    #[command(flatten)]
    watch: Watch,
}

/// What is recorded and shown while a run trains.
#[derive(Default, PartialEq, clap::Args)]
pub(super) struct Watch {
    /// Record the time of each part of each phase, in profile.json and in a table
    #[arg(long)]
    profile: bool,
    /// Draw the validation curve of each phase as it grows; print one line per epoch if stderr is not a terminal
    #[arg(long)]
    follow: bool,
    /// Write the scalars of every epoch for TensorBoard, in this folder
    #[arg(long, value_name = "DIR")]
    tensorboard: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let Args { experiment, watch } = args;
    match AnyConfig::read(&experiment.file, &experiment.overrides)? {
        AnyConfig::Run(config) => run_all(&experiment.with_named_seed(*config), &experiment, &watch),
        AnyConfig::Baseline(_) if watch != Watch::default() => {
            let message = "a baseline has no phases: leave out --profile, --follow and --tensorboard";
            Err(Error::Usage(message.to_owned()))
        }
        AnyConfig::Baseline(config) => baseline::print_fitted(&config, &experiment),
    }
}

/// Trains the missing runs of an experiment, and prints the results.
fn run_all(config: &Config, experiment: &ExperimentFile, watch: &Watch) -> Result<()> {
    let published = published(&config.dataset)?;
    let runs = runs_of(&experiment.out()?, config);
    let mut evaluations = Vec::new();
    for (seed, run) in &runs {
        let beneath = |folder: &Path| match &config.seeds[..] {
            [] => folder.to_owned(),
            _ => run_of_seed(folder, *seed).folder().to_owned(),
        };
        let watch = Watch { tensorboard: watch.tensorboard.as_deref().map(beneath), ..*watch };
        evaluations.push(train(&config.of_seed(*seed), run, &watch)?.evaluation);
    }
    let metrics = super::columns(&config.evaluation.metrics);
    let over_seeds = OverSeeds::read(runs.iter().map(|(_, run)| run).zip(&evaluations))?;
    let output = experiment.output;
    output.print(&table::of_runs(&over_seeds, config.actor_label(), &metrics, &published.rows))?;
    match &runs[..] {
        [(_, run)] if watch.profile => print_profiles(run, output),
        _ => Ok(()),
    }
}

/// Trains the missing phases of the run in `out`.
pub(super) fn train(config: &Config, out: &RunPath, watch: &Watch) -> Result<RunResult> {
    let config = &experiment::refit::resolved(config)?;
    // The data are loaded first, so that a run that cannot start does not create a folder.
    let (data, data_sha256) = experiment::load_data(config)?;
    let products = config.products()?;
    let mut terminal = if watch.follow { Terminal::following() } else { Terminal::new() };
    super::tell_of_missing_checksums(&config.data, &terminal)?;
    terminal.line(&format!(
        "{}: {} training users, {} validation and {} test users, {} items, {} interactions",
        config.dataset,
        data.train.n_users(),
        data.validation.n_users(),
        data.test.n_users(),
        data.n_items(),
        data.train.len(),
    ));
    terminal.line(&kernels(config, products));
    if !out.folder().exists() {
        experiment::check_actor_from(config, &data_sha256)?;
        let left_out = experiment::check_outcomes(config, &data)?;
        if left_out > 0 {
            let n = super::thousands(left_out);
            terminal.line(&format!(
                "lists of the log that are left out: {n}, because their user is no training user or none of their items is known"
            ));
        }
    }
    let folder = RunFolder::open(out.folder(), config, &data_sha256)?;
    let mut events = match &watch.tensorboard {
        Some(beneath) => Some(EventFiles::create(beneath, config, &folder.history()?)?),
        None => None,
    };
    let result = match folder.result()? {
        Some(result) => {
            terminal.line(&format!("{} is finished: delete it to train anew", out.folder().display()));
            result
        }
        None => {
            let mut listeners: Vec<&mut dyn Progress> = vec![&mut terminal];
            listeners.extend(events.as_mut().map(|events| events as &mut dyn Progress));
            experiment::run(config, &data, &folder, &mut listeners, watch.profile)?
        }
    };
    terminal.clear();
    let kept = result.kept_epoch.get(&Phase::ActorCritic).copied();
    if let Some(warning) = unknown_lists(&folder.history()?, kept) {
        terminal.line(&warning);
    }
    events.map_or(Ok(()), EventFiles::finish)?;
    terminal.line(&format!("All metrics: {}", out.result().display()));
    terminal.line(&format!("Report: {}", report::write_run(out.folder(), report::Lists::Ids)?.display()));
    Ok(result)
}

fn print_profiles(run: &RunPath, output: Output) -> Result<()> {
    let profiles = run.read_profiles()?;
    if profiles.is_empty() {
        Terminal::new().line("No profile: the run was finished before; train it anew under another --out");
    } else {
        output.say("")?;
        output.print(&table::profiles(&profiles))?;
        Terminal::new().line(&format!("All parts: {}", run.profile().display()));
    }
    Ok(())
}

/// A warning when the lists of a kept actor-critic epoch are of items that the log of outcomes hardly shows.
fn unknown_lists(history: &[EpochRecord], kept: Option<u64>) -> Option<String> {
    const TOO_MANY: f64 = 0.1;
    let of_kept = |record: &&EpochRecord| record.phase == Phase::ActorCritic && Some(record.epoch) == kept;
    let share = *history.iter().find(of_kept)?.losses.get(RARELY_SHOWN)?;
    (share > TOO_MANY).then(|| {
        format!(
            "warning: {:.0} % of the items in RaCT's lists are hardly in the log, so the critic does not know them: raise \
             actor_critic.trust, or log more lists",
            100.0 * share
        )
    })
}

/// Which kernels run.
fn kernels(config: &Config, products: Products) -> String {
    let vectors = Vectors::in_use();
    match config.precision.precision() {
        Some(asked) if asked != products.precision() => {
            format!("kernels: {vectors}; products in {products}, because no unit here is faster in {asked}")
        }
        _ => format!("kernels: {vectors}; products in {products}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn lists_that_the_log_hardly_shows_are_warned_of_when_their_epoch_is_kept() {
        let history = [0.05, 0.4].into_iter().zip(1..).map(|(share, epoch)| {
            EpochRecord::new(Phase::ActorCritic, epoch, BTreeMap::from([(RARELY_SHOWN.to_owned(), share)]))
        });
        let history: Vec<_> = history.collect();
        assert!(unknown_lists(&history, Some(2)).unwrap().starts_with("warning: 40 % of the items"));
        assert_eq!([Some(0), Some(1), None].map(|kept| unknown_lists(&history, kept)), [None, None, None]);
    }
}
