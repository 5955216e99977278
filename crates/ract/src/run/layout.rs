//! All paths: the files of a run, the folders of seeds, and the folders of the repository. Other modules ask for a path
//! here instead of joining it themselves.

use super::per_user::PACKED;
use crate::config::{Config, Phase};
use crate::{Error, Result};
use ract_data::prepared::META;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Experiment files: `experiments/DATA/NAME.toml`.
const EXPERIMENTS: &str = "experiments";
/// The folder of the run folders.
const RUNS: &str = "runs";
/// The copies of the small files of finished runs, in `experiments`.
const KEPT: &str = "results";
const FIGURES: &str = "figures";
/// The folder of the prepared data sets.
const DATA: &str = "data";
/// The prefix of a seed's folder, before the number.
const SEED: &str = "seed-";
const TOML: &str = "toml";

/// The path of a run folder, from which the paths of its files follow.
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

    /// The configuration, with all defaults filled in.
    pub fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    /// The fingerprint of the data. Because of it, a run cannot continue on other data than it started with.
    pub fn data(&self) -> PathBuf {
        self.0.join("data.sha256")
    }

    /// The history: one line per epoch, or per combination of a baseline's parameters.
    pub fn history(&self) -> PathBuf {
        self.0.join("history.jsonl")
    }

    /// The time of each part of each phase, if profiling was asked for.
    pub fn profile(&self) -> PathBuf {
        self.0.join("profile.json")
    }

    /// The measurements of each test user.
    pub fn per_user(&self) -> PathBuf {
        self.0.join("per_user.csv")
    }

    /// The same, packed: the kept copy.
    pub fn packed_per_user(&self) -> PathBuf {
        self.per_user().with_added_extension(PACKED)
    }

    /// Whether it has the measurements of each test user, packed or not.
    pub fn has_per_user(&self) -> bool {
        self.per_user().exists() || self.packed_per_user().exists()
    }

    /// The results of the run. The file exists when the run is finished.
    pub fn result(&self) -> PathBuf {
        self.0.join("result.json")
    }

    /// The HTML report.
    pub fn report(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// The lock file, which the writing process holds.
    pub fn lock(&self) -> PathBuf {
        self.0.join(".lock")
    }

    /// The folder of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.0.join("checkpoints")
    }

    /// The outcome of a phase.
    pub fn outcome(&self, phase: Phase) -> PathBuf {
        self.checkpoints().join(format!("{phase}.safetensors"))
    }

    /// The saved state of the phase in progress, between two epochs.
    pub fn state(&self) -> PathBuf {
        self.checkpoints().join("state.safetensors")
    }

    /// Whether a run was started there.
    pub fn is_begun(&self) -> bool {
        self.config().exists()
    }

    /// Whether a run was finished there.
    pub fn is_finished(&self) -> bool {
        self.result().exists()
    }

    /// The small files of a finished run, which the repository keeps as they are. The measurements of each test user are
    /// kept packed.
    pub(super) fn kept(&self) -> [PathBuf; 3] {
        [self.config(), self.history(), self.result()]
    }
}

/// The seeds of an experiment whose runs lie in `folder`, each with its run folder: `folder` itself for its one `seed`, or a
/// folder for each of its `seeds`.
pub fn runs_of(folder: &Path, config: &Config) -> Vec<(u64, RunPath)> {
    match &config.seeds[..] {
        [] => vec![(config.seed, RunPath::at(folder))],
        seeds => seeds.iter().map(|&seed| (seed, run_of_seed(folder, seed))).collect(),
    }
}

/// The run folder of one seed of an experiment in `folder`.
pub fn run_of_seed(folder: &Path, seed: u64) -> RunPath {
    RunPath::at(folder.join(format!("{SEED}{seed}")))
}

/// The folder of one trial of a search, counted from 1, whose runs lie in `folder`.
pub fn run_of_trial(folder: &Path, trial: usize) -> RunPath {
    RunPath::at(folder.join(name_of_trial(trial)))
}

/// The name of one trial of a search, counted from 1.
pub fn name_of_trial(trial: usize) -> String {
    format!("trial-{trial}")
}

/// The finished runs in `folder`: either `folder` itself, or its folders of seeds.
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

/// Every finished run in `folder` or in a folder below it, sorted by path. A folder that links lead to twice is read once.
///
/// # Errors
/// When a folder cannot be read.
pub fn all_finished_runs(folder: &Path) -> Result<Vec<RunPath>> {
    let (mut runs, mut seen, mut folders) = (Vec::new(), BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let real = fs::canonicalize(&folder).map_err(Error::file("read", &folder))?;
        if seen.insert(real) {
            folders.extend(entries(&folder)?.into_iter().filter(|path| path.is_dir()));
            let run = RunPath::at(folder);
            runs.extend(run.is_finished().then_some(run));
        }
    }
    runs.sort();
    Ok(runs)
}

/// The folder of the experiment to which the run in `folder` belongs: the parent folder if `folder` is that of a seed,
/// otherwise `folder` itself.
pub fn experiment_of(folder: &Path) -> &Path {
    let is_seed = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SEED));
    folder.parent().filter(|_| is_seed).unwrap_or(folder)
}

/// The folder of the runs of an experiment file: `runs/`, followed by the file's path below `experiments/`, without
/// `.toml`.
///
/// # Errors
/// When the path names no file.
pub fn runs_of_file(file: &Path) -> Result<PathBuf> {
    // Two data sets may have experiments with the same name, so the data set's folder is a part of the path.
    let place = file.strip_prefix(EXPERIMENTS).ok().or_else(|| file.file_name().map(Path::new));
    let place = place.ok_or_else(|| Error::Usage(format!("{} is no file", file.display())))?;
    Ok(Path::new(RUNS).join(place.with_extension("")))
}

/// The folder with the copies of the finished runs of an experiment file.
///
/// # Errors
/// When the path names no file.
pub fn kept_of_file(file: &Path) -> Result<PathBuf> {
    let runs = runs_of_file(file)?;
    Ok(Path::new(EXPERIMENTS).join(KEPT).join(runs.strip_prefix(RUNS).unwrap_or(&runs)))
}

/// An experiment, identified by the name of its data set and its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// The data set: the name of the folder in `experiments/`.
    pub data: String,
    /// The name of the file in that folder, without `.toml`.
    pub name: String,
}

impl Experiment {
    /// Its TOML file.
    pub fn file(&self) -> PathBuf {
        Path::new(EXPERIMENTS).join(&self.data).join(&self.name).with_extension(TOML)
    }

    /// The folder where its runs are trained.
    pub fn runs(&self) -> PathBuf {
        runs_of_data(&self.data).join(&self.name)
    }

    /// The folder with the copies of its finished runs.
    pub fn kept(&self) -> PathBuf {
        kept_of_data(&self.data).join(&self.name)
    }
}

/// The folder where the runs on a data set are trained.
pub fn runs_of_data(data: &str) -> PathBuf {
    Path::new(RUNS).join(data)
}

/// The folder with the copies of the finished runs on a data set.
pub fn kept_of_data(data: &str) -> PathBuf {
    Path::new(EXPERIMENTS).join(KEPT).join(data)
}

/// The folder of a data set's figures.
pub fn figures_of_data(data: &str) -> PathBuf {
    Path::new(EXPERIMENTS).join(FIGURES).join(data)
}

/// The file with the counts of a prepared data set.
pub fn counts_of_data(data: &str) -> PathBuf {
    Path::new(DATA).join(data).join(META)
}

/// The two folders that can hold one folder per prepared data set, with its counts. The first one that has a data set
/// is used.
pub fn prepared_data() -> [PathBuf; 2] {
    [PathBuf::from(DATA), Path::new(EXPERIMENTS).join(KEPT)]
}

/// The file that says which experiments the tables and figures show.
pub fn index() -> PathBuf {
    Path::new(EXPERIMENTS).join("index").with_extension(TOML)
}

/// The pages with tables: README.md and the pages in `experiments/`.
///
/// # Errors
/// When the folder `experiments/` cannot be read.
pub fn pages() -> Result<Vec<PathBuf>> {
    let mut pages = vec![PathBuf::from("README.md")];
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    pages.extend(entries(Path::new(EXPERIMENTS))?.into_iter().filter(is_page));
    Ok(pages)
}

/// The paths of all entries of `folder`, sorted. An error when the folder does not exist.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
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
    use crate::config::Data;

    #[test]
    fn the_runs_of_an_experiment_are_its_folder_or_one_folder_per_seed() {
        let folder = Path::new("runs/ml-1m/mult-vae");
        let mut config = Config::new("x", Data::Path("x".into()));
        assert_eq!(runs_of(folder, &config), [(0, RunPath::at(folder))]);
        config.seeds = vec![0, 7];
        let of_seeds = runs_of(folder, &config);
        let expected = [0, 7].map(|seed| (seed, RunPath::at(format!("runs/ml-1m/mult-vae/seed-{seed}"))));
        assert_eq!(of_seeds, expected);
        assert!(of_seeds.iter().all(|(_, run)| experiment_of(run.folder()) == folder));
        assert_eq!(experiment_of(folder), folder);
    }

    #[test]
    fn the_folder_of_the_runs_follows_from_the_path_of_the_experiment_file() {
        let experiment = Experiment { data: "ml-1m".to_owned(), name: "wmf".to_owned() };
        assert_eq!(runs_of_file(&experiment.file()).unwrap(), experiment.runs());
        assert_eq!(kept_of_file(&experiment.file()).unwrap(), experiment.kept());
        assert_eq!(runs_of_file(Path::new("/tmp/mine.toml")).unwrap(), Path::new("runs/mine"));
        assert_eq!(experiment.kept(), Path::new("experiments/results/ml-1m/wmf"));
    }

    #[test]
    fn finished_runs_are_found_in_the_folder_or_in_its_folders_of_seeds() {
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
