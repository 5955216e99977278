//! Experiment files and the index of tables.

use crate::support::{check_refusal_in, files, folder, write};
use ract::config::{AnyConfig, Settings};
use ract::experiment::sweep;
use ract::paper::index::Index;
use std::path::Path;

/// The file in the folder of a test.
const FILE: &str = "experiment.toml";

/// The file of a run or of a baseline. A second file has assignments, a line each, as they stand after `--set`.
pub(crate) fn experiment(bytes: &[u8]) {
    let mut files = files(bytes, FILE);
    let overrides: Vec<String> = match files.split_off(1).first() {
        Some((_, text)) => String::from_utf8_lossy(text).lines().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let folder = folder(&files);
    let path = folder.path().join(FILE);
    match AnyConfig::read(&path, &overrides) {
        Ok(AnyConfig::Run(config)) => check_settings(&*config, &path),
        Ok(AnyConfig::Baseline(config)) => {
            let values = |name| config.baseline.grid.get(name).map(Vec::len);
            let parameters = config.baseline.method.parameters;
            let sizes = parameters.iter().map(|parameter| values(parameter.name).unwrap_or(parameter.grid.len()));
            assert_eq!(config.combinations().len(), sizes.product::<usize>());
            check_settings(&config, &path);
        }
        // An assignment is named instead of the file.
        Err(error) if overrides.iter().any(|set| error.to_string().starts_with(&format!("--set {set}"))) => {}
        Err(error) => check_refusal_in(&error, &folder),
    }
}

/// What was read is written and read again as the same.
fn check_settings<S: Settings + PartialEq + std::fmt::Debug>(settings: &S, path: &Path) {
    settings.check().unwrap();
    write(path, settings.to_toml().unwrap().as_bytes());
    let again = S::read(path, &[]).unwrap();
    assert_eq!(&again, settings);
    assert_eq!((settings.difference(&again).unwrap(), again.identity().unwrap()), (None, settings.identity().unwrap()));
}

/// The file of a search.
pub(crate) fn sweep(bytes: &[u8]) {
    let folder = folder(&[(FILE, bytes.to_vec())]);
    match sweep::read(&folder.path().join(FILE)) {
        Ok(runs) => {
            assert!((1..=10_000).contains(&runs.len()));
            runs.iter().for_each(|run| run.config.check().unwrap());
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}

/// `experiments/index.toml`.
pub(crate) fn index(bytes: &[u8]) {
    let folder = folder(&[("index.toml", bytes.to_vec())]);
    match Index::read(&folder.path().join("index.toml")) {
        Ok(index) => {
            for number in 0..10 {
                for page in [index.table(number), index.figure(number)] {
                    let _ = index.shown(&page);
                }
            }
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}
