//! Copies the small files of runs to the folder that the repository keeps.

use super::layout::{RunPath, all_finished_runs, counts_of_data, kept_of_data, runs_of_data};
use super::per_user;
use crate::{Error, Result};
use ract_data::atomic_file;
use std::fs;
use std::path::Path;

/// Copies the small files of every finished run on a data set, and the data set's counts, to `experiments/results`. The
/// measurements of each user are packed. Returns the copies.
///
/// # Errors
/// When a file cannot be read or written or is damaged, or when the files of a run do not agree.
pub fn keep(data: &str) -> Result<Vec<RunPath>> {
    let (runs, kept) = (runs_of_data(data), kept_of_data(data));
    let mut copies = Vec::new();
    for run in if runs.is_dir() { all_finished_runs(&runs)? } else { Vec::new() } {
        let copy = RunPath::at(kept.join(run.folder().strip_prefix(&runs).unwrap_or(Path::new(""))));
        run.check_agreement()?;
        create(copy.folder())?;
        let packed = copy.packed_per_user();
        if run.has_per_user() {
            atomic_file::save(&packed, per_user::pack(&run.read_per_user()?)?)?;
        } else if packed.exists() && fs::read(copy.result()).ok() != fs::read(run.result()).ok() {
            // They belong to the result that is replaced.
            atomic_file::remove(&packed)?;
        }
        for file in run.kept().iter().filter(|file| file.exists()) {
            copy_into(file, copy.folder())?;
        }
        copies.push(copy);
    }
    let counts = counts_of_data(data);
    if counts.exists() {
        create(&kept)?;
        copy_into(&counts, &kept)?;
    }
    Ok(copies)
}

fn create(folder: &Path) -> Result<()> {
    atomic_file::create_folder(folder).map_err(Error::file("create", folder))
}

fn copy_into(file: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::read(file).map_err(Error::file("read", file))?;
    Ok(atomic_file::save(&folder.join(file.file_name().unwrap_or_default()), bytes)?)
}
