//! Where everything lies: the files of a run, the folders of seeds, and the folders of the repository. Nobody else joins these
//! paths.

use crate::config::Phase;
use crate::{Error, Result};
use ract_data::prepared::META;
use std::fs;
use std::path::{Path, PathBuf};

/// Experiment files: `experiments/DATA/NAME.toml`.
const EXPERIMENTS: &str = "experiments";
/// Run folders, as they are trained.
const RUNS: &str = "runs";
/// What was kept of finished runs.
const KEPT: &str = "results";
const FIGURES: &str = "figures";
/// Prepared data sets.
const DATA: &str = "data";
/// In front of a seed's number.
const SEED: &str = "seed-";
const TOML: &str = "toml";

/// A run folder, by its path: where its files are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunPath(PathBuf);

impl RunPath {
    /// The run folder at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The resolved configuration.
    pub fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    /// The fingerprint of the data, so that a run does not go on with other users than it began with.
    pub fn data(&self) -> PathBuf {
        self.0.join("data.sha256")
    }

    /// A line per epoch, or per combination of a baseline's parameters.
    pub fn history(&self) -> PathBuf {
        self.0.join("history.jsonl")
    }

    /// What each phase spent its time on, where that was asked for.
    pub fn profile(&self) -> PathBuf {
        self.0.join("profile.json")
    }

    /// What was measured of each test user.
    pub fn per_user(&self) -> PathBuf {
        self.0.join("per_user.csv")
    }

    /// What the run found out. It is there when the run is finished.
    pub fn result(&self) -> PathBuf {
        self.0.join("result.json")
    }

    /// The report.
    pub fn report(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// Held by the process that writes to the folder.
    pub fn lock(&self) -> PathBuf {
        self.0.join(".lock")
    }

    /// The folder of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.0.join("checkpoints")
    }

    /// What a phase ended with.
    pub fn outcome(&self, phase: Phase) -> PathBuf {
        self.checkpoints().join(format!("{phase}.safetensors"))
    }

    /// Where the phase under way stood between two epochs.
    pub fn state(&self) -> PathBuf {
        self.checkpoints().join("state.safetensors")
    }

    /// Whether a run was begun there.
    pub fn is_begun(&self) -> bool {
        self.config().exists()
    }

    /// Whether a run was finished there.
    pub fn is_finished(&self) -> bool {
        self.result().exists()
    }

    /// What is kept of a finished run: what is small.
    pub(super) fn kept(&self) -> [PathBuf; 3] {
        [self.config(), self.history(), self.result()]
    }
}

/// The folders of the runs of an experiment whose runs lie in `folder`: one per seed, when it lists `seeds`; otherwise `folder`
/// itself.
pub fn runs_of(folder: &Path, seeds: &[u64]) -> Vec<RunPath> {
    match seeds {
        [] => vec![RunPath::at(folder)],
        seeds => seeds.iter().map(|seed| run_of_seed(folder, *seed)).collect(),
    }
}

/// The folder of one seed of an experiment whose runs lie in `folder`.
pub fn run_of_seed(folder: &Path, seed: u64) -> RunPath {
    RunPath::at(folder.join(format!("{SEED}{seed}")))
}

/// The finished runs in `folder`: itself, or one per seed.
///
/// # Errors
/// When the folder cannot be read.
pub fn finished_runs(folder: &Path) -> Result<Vec<RunPath>> {
    let itself = RunPath::at(folder);
    if itself.is_finished() {
        return Ok(vec![itself]);
    }
    let is_of_seed = |run: &RunPath| experiment_of(run.folder()) != run.folder() && run.is_finished();
    Ok(entries(folder)?.into_iter().map(RunPath::at).filter(is_of_seed).collect())
}

/// Every finished run beneath `folder`, in the order of the paths.
///
/// # Errors
/// When a folder cannot be read.
pub fn all_finished_runs(folder: &Path) -> Result<Vec<RunPath>> {
    let itself = RunPath::at(folder);
    let mut runs: Vec<_> = itself.is_finished().then_some(itself).into_iter().collect();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        runs.extend(all_finished_runs(&path)?);
    }
    runs.sort();
    Ok(runs)
}

/// The folder of the experiment that the run in `folder` belongs to: the one above, for a folder of a seed.
pub fn experiment_of(folder: &Path) -> &Path {
    let is_seed = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SEED));
    folder.parent().filter(|_| is_seed).unwrap_or(folder)
}

/// Where the runs of an experiment file go: `runs/` and the file's place in `experiments/`.
///
/// # Errors
/// When the path names no file.
pub fn runs_of_file(file: &Path) -> Result<PathBuf> {
    // Two data sets may have experiments of the same name.
    let place = file.strip_prefix(EXPERIMENTS).ok().or_else(|| file.file_name().map(Path::new));
    let place = place.ok_or_else(|| Error::Usage(format!("{} is no file", file.display())))?;
    Ok(Path::new(RUNS).join(place.with_extension("")))
}

/// An experiment by the names of its data set and of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// The data set: the folder in `experiments/`.
    pub data: String,
    /// The file in that folder, without `.toml`.
    pub name: String,
}

impl Experiment {
    /// Its file.
    pub fn file(&self) -> PathBuf {
        Path::new(EXPERIMENTS).join(&self.data).join(&self.name).with_extension(TOML)
    }

    /// Where its runs are trained.
    pub fn runs(&self) -> PathBuf {
        runs_of_data(&self.data).join(&self.name)
    }

    /// Where what was kept of its runs lies.
    pub fn kept(&self) -> PathBuf {
        kept_of_data(&self.data).join(&self.name)
    }
}

/// Where the runs on a data set are trained.
pub fn runs_of_data(data: &str) -> PathBuf {
    Path::new(RUNS).join(data)
}

/// Where what was kept of the runs on a data set lies.
pub fn kept_of_data(data: &str) -> PathBuf {
    Path::new(EXPERIMENTS).join(KEPT).join(data)
}

/// Where the figures of a data set are drawn.
pub fn figures_of_data(data: &str) -> PathBuf {
    Path::new(EXPERIMENTS).join(FIGURES).join(data)
}

/// The counts of a prepared data set.
pub fn counts_of_data(data: &str) -> PathBuf {
    Path::new(DATA).join(data).join(META)
}

/// The folders that hold a folder per prepared data set with its counts. The first that has one counts.
pub fn prepared_data() -> [PathBuf; 2] {
    [PathBuf::from(DATA), Path::new(EXPERIMENTS).join(KEPT)]
}

/// What is shown where.
pub fn index() -> PathBuf {
    Path::new(EXPERIMENTS).join("index").with_extension(TOML)
}

/// What is in `folder`, sorted; nothing when it is not there.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut paths = Vec::new();
    for entry in read {
        paths.push(entry.map_err(Error::file("read", folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_lie_in_the_experiments_folder_or_in_one_per_seed() {
        let folder = Path::new("runs/ml-1m/mult-vae");
        assert_eq!(runs_of(folder, &[]), [RunPath::at(folder)]);
        let of_seeds = runs_of(folder, &[0, 7]);
        assert_eq!(of_seeds, [RunPath::at("runs/ml-1m/mult-vae/seed-0"), RunPath::at("runs/ml-1m/mult-vae/seed-7")]);
        assert!(of_seeds.iter().all(|run| experiment_of(run.folder()) == folder));
        assert_eq!(experiment_of(folder), folder);
    }

    #[test]
    fn an_experiments_runs_have_its_place_in_experiments() {
        let experiment = Experiment { data: "ml-1m".to_owned(), name: "wmf".to_owned() };
        assert_eq!(runs_of_file(&experiment.file()).unwrap(), experiment.runs());
        assert_eq!(runs_of_file(Path::new("/tmp/mine.toml")).unwrap(), Path::new("runs/mine"));
        assert_eq!(experiment.kept(), Path::new("experiments/results/ml-1m/wmf"));
    }

    #[test]
    fn finished_runs_are_found_in_the_folder_or_in_those_of_its_seeds() {
        let folder = tempfile::tempdir().unwrap();
        let finish = |name: &str| {
            fs::create_dir_all(folder.path().join(name)).unwrap();
            fs::write(RunPath::at(folder.path().join(name)).result(), "{}").unwrap();
        };
        finish("a/seed-1");
        finish("a/seed-0");
        finish("a/other");
        finish("b");
        let of = |name: &str| finished_runs(&folder.path().join(name)).unwrap();
        let names = |runs: Vec<RunPath>| -> Vec<String> {
            let beneath = |run: &RunPath| run.folder().strip_prefix(folder.path()).unwrap().display().to_string();
            runs.iter().map(beneath).collect()
        };
        assert_eq!(names(of("a")), ["a/seed-0", "a/seed-1"]);
        assert_eq!(names(of("b")), ["b"]);
        assert_eq!(names(all_finished_runs(folder.path()).unwrap()), ["a/other", "a/seed-0", "a/seed-1", "b"]);
    }
}
