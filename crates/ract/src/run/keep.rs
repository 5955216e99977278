//! Copies the small files of runs to the folder that the repository keeps.

use super::layout::{all_finished_runs, counts_of_data, kept_of_data, runs_of_data};
use crate::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Copies the small files of every finished run on a data set, and the data set's counts, to `experiments/results`.
/// Returns the folders of the copied runs.
///
/// # Errors
/// When a file cannot be read or written.
pub fn keep(data: &str) -> Result<Vec<PathBuf>> {
    let (runs, kept) = (runs_of_data(data), kept_of_data(data));
    let mut folders = Vec::new();
    for run in if runs.is_dir() { all_finished_runs(&runs)? } else { Vec::new() } {
        let folder = kept.join(run.folder().strip_prefix(&runs).unwrap_or(Path::new("")));
        for file in run.kept().iter().filter(|file| file.exists()) {
            copy_into(file, &folder)?;
        }
        folders.push(folder);
    }
    let counts = counts_of_data(data);
    if counts.exists() {
        copy_into(&counts, &kept)?;
    }
    Ok(folders)
}

fn copy_into(file: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    fs::copy(file, folder.join(file.file_name().unwrap_or_default())).map_err(Error::file("copy", file))?;
    Ok(())
}
