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
