//! `ract run`: all phases of one experiment.

use crate::commands::experiment_file::ExperimentFile;
use crate::commands::terminal::Terminal;
use ract::config::{Config, Settings};
use ract::fingerprint::fingerprint;
use ract::published::published;
use ract::run_folder::RunFolder;
use ract::{Result, experiment, table};

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

    // The data come first: a run that cannot start leaves no folder behind.
    let data = experiment::load_data(&config)?;
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
    let folder = RunFolder::open(&out, &config, &fingerprint(&data))?;
    let result = match folder.result()? {
        Some(result) => {
            terminal.line(&format!("{} is finished: delete it to train anew", out.display()));
            result
        }
        None => experiment::run(&config, &data, &folder, &mut terminal, args.profile)?,
    };
    terminal.clear();
    super::print(&table::results(
        &result.evaluation,
        config.actor_label(),
        &super::columns(&config.evaluation.metrics),
        &published(&config.dataset)?,
    ));
    if args.profile {
        let profiles = folder.profiles()?;
        if profiles.is_empty() {
            terminal.line("No profile: the run was finished before; train it anew under another --out");
        } else {
            super::print(&format!("\n{}", table::profiles(&profiles)));
            terminal.line(&format!("All parts: {}", out.join("profile.json").display()));
        }
    }
    terminal.line(&format!("All metrics: {}", out.join("result.json").display()));
    Ok(())
}
