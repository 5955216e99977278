//! Files that are there whole or not at all.

use crate::{Error, Result};
use std::path::Path;

/// Lets `fill` write a temporary file beside `path`, syncs it, and renames it to `path`.
pub(crate) fn write(path: &Path, fill: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let attempt = || {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)] // as any new file, not readable by its owner alone
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let temporary = builder.prefix(".half-written-").tempfile_in(folder)?;
        fill(temporary.path())?;
        std::fs::File::open(temporary.path())?.sync_all()?;
        temporary.persist(path)?;
        Ok(())
    };
    attempt().map_err(Error::file("write", path))
}
