//! What the paper's tables and figures are made of: results that exist, and runs that are missing.

use super::terminal::Terminal;
use super::{baseline, run};
use crate::config::{BaselineConfig, Config, Settings};
use crate::run::Results;
use crate::{Error, Result, experiment};
use std::path::Path;

const EXPERIMENTS: &str = "experiments";
const RUNS: &str = "runs";
/// What most tables and figures show, when the command line says nothing else.
pub(super) const ML_1M: &str = "ml-1m";
/// What is kept of the runs.
const KEPT: &str = "experiments/results";

#[derive(clap::Args)]
pub(super) struct Source {
    /// The data set: the folder of its files in experiments/, and of their runs in runs/ and experiments/results/
    /// [default: ml-1m; of table 3: ncf-ml-100k]
    #[arg(long)]
    data: Option<String>,
    /// Train nothing: take what is there
    #[arg(long)]
    existing: bool,
}

impl Source {
    /// The data set that was named, or else that of the table or figure.
    pub(super) fn data<'a>(&'a self, default: &'a str) -> &'a str {
        self.data.as_deref().unwrap_or(default)
    }

    /// The results of these experiments on `data`; what is missing is trained in runs/. With `folders`, what was kept in
    /// experiments/results/ is not enough.
    ///
    /// # Errors
    /// When a run fails.
    pub(super) fn results(&self, data: &str, experiments: &[&str], folders: bool) -> Result<Results> {
        if !self.existing {
            for name in experiments {
                let file = Path::new(EXPERIMENTS).join(data).join(format!("{name}.toml"));
                if file.exists() {
                    complete(data, &file, name, folders)?;
                }
            }
        }
        let mut results = read(RUNS, data)?;
        if !folders {
            results.add(read(KEPT, data)?);
        }
        results.runs.retain(|run| experiments.contains(&run.name.as_str()));
        results.baselines.retain(|baseline| experiments.contains(&baseline.name.as_str()));
        Ok(results)
    }
}

fn read(root: &str, data: &str) -> Result<Results> {
    let folder = Path::new(root).join(data);
    if folder.is_dir() { Results::read(&folder) } else { Ok(Results::default()) }
}

fn complete(data: &str, file: &Path, name: &str, folders: bool) -> Result<()> {
    let place = |root: &str| Path::new(root).join(data).join(name);
    let is_there = |folder: &Path| folder.join("result.json").exists();
    let text = std::fs::read_to_string(file).map_err(Error::file("read", file))?;
    // What is no TOML is refused, with its line, by the reader of the other kind.
    if toml::from_str::<toml::Table>(&text).is_ok_and(|table| table.contains_key("baseline")) {
        let missing = !is_there(&place(RUNS)) && !is_there(&place(KEPT));
        return if missing { baseline::fit(&BaselineConfig::read(file, &[])?, &place(RUNS)).map(drop) } else { Ok(()) };
    }
    let config = Config::read(file, &[])?;
    let seeds = if config.seeds.is_empty() { vec![config.seed] } else { config.seeds.clone() };
    for seed in seeds {
        let beneath = |root: &str| place(root).join(format!("seed-{seed}"));
        let out = beneath(RUNS);
        if is_there(&out) && folders && !out.join("per_user.csv").exists() {
            Terminal::new().line(&format!("{}: testing each user again", out.display()));
            let (config, data, folder) = experiment::open(&out)?;
            experiment::evaluate(&config, &data, &folder)?;
        } else if !is_there(&out) && (folders || !is_there(&beneath(KEPT))) {
            Terminal::new().line(&format!("missing: {}", out.display()));
            run::train(&config.of_seed(seed), &out, &run::Watch::default())?;
        }
    }
    Ok(())
}
