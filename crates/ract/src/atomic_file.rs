//! Files that are there whole or not at all.

use crate::{Error, Result};
use ract_data::whole::WholeFile;
use std::path::Path;

/// Lets `fill` write a temporary file beside `path`, syncs it, and renames it to `path`.
pub(crate) fn write(path: &Path, fill: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    let attempt = || {
        let whole = WholeFile::create(path)?;
        fill(whole.meanwhile())?;
        whole.keep()
    };
    attempt().map_err(Error::file("write", path))
}

/// Writes these bytes to `path`, whole or not at all.
///
/// # Errors
/// When the system refuses.
pub fn save(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    write(path, |temporary| std::fs::write(temporary, bytes))
}
