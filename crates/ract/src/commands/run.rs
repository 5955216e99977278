//! `ract run`: all phases of one experiment.

use crate::commands::experiment_file::ExperimentFile;
use crate::commands::terminal::Terminal;
use crate::config::{Config, Settings};
use crate::paper::published::published;
use crate::paper::table;
use crate::report::tensorboard::EventFiles;
use crate::run::{RunFolder, RunResult};
use crate::training::Progress;
use crate::{Result, experiment, report};
use ract_data::fingerprint;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    experiment: ExperimentFile,
    #[command(flatten)]
    watch: Watch,
}

/// What is noted and shown while a run trains.
#[derive(Default, clap::Args)]
pub(super) struct Watch {
    /// Note what each phase spends its time on, in profile.json and in a table
    #[arg(long)]
    profile: bool,
    /// Draw the validation curve of each phase as it grows; a line per epoch where stderr is no terminal
    #[arg(long)]
    follow: bool,
    /// Write the scalars of every epoch for TensorBoard, beneath this folder
    #[arg(long, value_name = "DIR")]
    tensorboard: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let config = Config::read(&args.experiment.file, &args.experiment.overrides)?;
    let out = args.experiment.out()?;
    let metrics = super::columns(&config.evaluation.metrics);
    let (actor, published) = (config.actor_label(), published(&config.dataset)?);
    if config.seeds.is_empty() || args.experiment.names_seed() {
        let result = train(&config.of_seed(config.seed), &out, &args.watch)?;
        super::print(&table::results(&result.evaluation, actor, &metrics, &published.rows));
        return if args.watch.profile { print_profiles(&out) } else { Ok(()) };
    }
    let of_seed = |&seed: &u64| {
        let of_seed = |folder: &Path| folder.join(format!("seed-{seed}"));
        let watch = Watch { tensorboard: args.watch.tensorboard.as_deref().map(of_seed), ..args.watch };
        Ok(train(&config.of_seed(seed), &of_seed(&out), &watch)?.evaluation)
    };
    let evaluations = config.seeds.iter().map(of_seed).collect::<Result<Vec<_>>>()?;
    super::print(&table::over_runs(&evaluations, actor, &metrics, &published.rows));
    Ok(())
}

/// Trains what is missing of the run in `out`.
pub(super) fn train(config: &Config, out: &Path, watch: &Watch) -> Result<RunResult> {
    // The data come first: a run that cannot start leaves no folder behind.
    let data = experiment::load_data(config)?;
    let mut terminal = if watch.follow { Terminal::following() } else { Terminal::new() };
    terminal.line(&format!(
        "{}: {} training users, {} validation and {} test users, {} items, {} interactions",
        config.dataset,
        data.train.n_users(),
        data.validation.n_users(),
        data.test.n_users(),
        data.n_items(),
        data.train.len(),
    ));
    let data_sha256 = fingerprint(&data);
    if !out.exists() {
        experiment::check_actor_from(config, &data_sha256)?;
    }
    let folder = RunFolder::open(out, config, &data_sha256)?;
    let mut events = match &watch.tensorboard {
        Some(beneath) => Some(EventFiles::create(beneath, config, &folder.history()?)?),
        None => None,
    };
    let result = match folder.result()? {
        Some(result) => {
            terminal.line(&format!("{} is finished: delete it to train anew", out.display()));
            result
        }
        None => {
            let mut listeners: Vec<&mut dyn Progress> = vec![&mut terminal];
            listeners.extend(events.as_mut().map(|events| events as &mut dyn Progress));
            experiment::run(config, &data, &folder, &mut listeners, watch.profile)?
        }
    };
    terminal.clear();
    events.map_or(Ok(()), EventFiles::finish)?;
    terminal.line(&format!("All metrics: {}", out.join("result.json").display()));
    terminal.line(&format!("Report: {}", report::write_run(out)?.display()));
    Ok(result)
}

fn print_profiles(out: &Path) -> Result<()> {
    let profiles = RunFolder::profiles(out)?;
    if profiles.is_empty() {
        Terminal::new().line("No profile: the run was finished before; train it anew under another --out");
    } else {
        super::print(&format!("\n{}", table::profiles(&profiles)));
        Terminal::new().line(&format!("All parts: {}", out.join("profile.json").display()));
    }
    Ok(())
}
