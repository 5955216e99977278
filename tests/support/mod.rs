//! What the end-to-end tests share.

#[cfg(target_os = "linux")]
pub(crate) mod disk;
#[cfg(target_os = "linux")]
pub(crate) mod strace;
pub(crate) mod workplace;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The command, in `folder`.
pub(crate) fn ract(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ract"));
    command.current_dir(folder);
    command
}

/// A path in `../shared`, beside the repository, where the licensed data lie; without it the test says that it is
/// skipped.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    // Straight to the file descriptor: the test harness shows captured output of failed tests only.
    let _ = writeln!(std::io::stderr(), "skipped: there is no ../shared/{path}");
    None
}

/// Names in `folder`.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
