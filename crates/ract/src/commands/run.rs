//! `ract run`: all phases of one experiment.

use crate::commands::experiment_file::ExperimentFile;
use crate::commands::terminal::Terminal;
use ract::config::{Config, Settings};
use ract::fingerprint::fingerprint;
use ract::published::published;
use ract::result::RunResult;
use ract::run_folder::RunFolder;
use ract::{Result, experiment, table};
use std::path::Path;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    experiment: ExperimentFile,
    /// Note what each phase spends its time on, in profile.json and in a table
    #[arg(long)]
    profile: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let config = Config::read(&args.experiment.file, &args.experiment.overrides)?;
    let out = args.experiment.out()?;
    let metrics = super::columns(&config.evaluation.metrics);
    let (actor, published) = (config.actor_label(), published(&config.dataset)?);
    if config.seeds.is_empty() || args.experiment.names_seed() {
        let result = train(&config.of_seed(config.seed), &out, args.profile)?;
        super::print(&table::results(&result.evaluation, actor, &metrics, &published.rows));
        return if args.profile { print_profiles(&out) } else { Ok(()) };
    }
    let of_seed = |&seed: &u64| {
        let out = out.join(format!("seed-{seed}"));
        Ok(train(&config.of_seed(seed), &out, args.profile)?.evaluation)
    };
    let evaluations = config.seeds.iter().map(of_seed).collect::<Result<Vec<_>>>()?;
    super::print(&table::over_runs(&evaluations, actor, &metrics, &published.rows));
    Ok(())
}

/// Trains what is missing of the run in `out`.
pub(super) fn train(config: &Config, out: &Path, profile: bool) -> Result<RunResult> {
    // The data come first: a run that cannot start leaves no folder behind.
    let data = experiment::load_data(config)?;
    let mut terminal = Terminal::new();
    terminal.line(&format!(
        "{}: {} training users, {} validation and {} test users, {} items, {} interactions",
        config.dataset,
        data.train.n_users(),
        data.validation.n_users(),
        data.test.n_users(),
        data.n_items(),
        data.train.len(),
    ));
    let folder = RunFolder::open(out, config, &fingerprint(&data))?;
    let result = match folder.result()? {
        Some(result) => {
            terminal.line(&format!("{} is finished: delete it to train anew", out.display()));
            result
        }
        None => experiment::run(config, &data, &folder, &mut terminal, profile)?,
    };
    terminal.clear();
    terminal.line(&format!("All metrics: {}", out.join("result.json").display()));
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
