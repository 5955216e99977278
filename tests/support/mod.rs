//! What the end-to-end tests share.

pub(crate) mod browser;
#[cfg(target_os = "linux")]
pub(crate) mod disk;
#[cfg(target_os = "linux")]
pub(crate) mod strace;
pub(crate) mod workplace;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

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
    say(&format!("skipped: there is no ../shared/{path}"));
    None
}

/// Prints a line straight to the file descriptor: the test harness shows captured output of failed tests only.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Number of lines of a file that may not be there yet.
pub(crate) fn lines(file: &Path) -> usize {
    std::fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

/// Waits until something is there.
pub(crate) fn wait_until(what: &str, there: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !there() {
        assert!(Instant::now() < deadline, "no {what} in two minutes");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Names in `folder`.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
