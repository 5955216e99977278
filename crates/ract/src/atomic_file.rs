//! Files that are there whole or not at all.

use crate::{Error, Result};
use std::path::Path;

/// Lets `fill` write a temporary file beside `path`, syncs it, and renames it to `path`.
pub(crate) fn write(path: &Path, fill: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let attempt = || {
        let temporary = tempfile::Builder::new().prefix(".half-written-").tempfile_in(folder)?;
        fill(temporary.path())?;
        std::fs::File::open(temporary.path())?.sync_all()?;
        temporary.persist(path)?;
        Ok(())
    };
    attempt().map_err(Error::file("write", path))
}
