//! What the targets share.

use std::path::Path;
use tempfile::TempDir;

/// A line that starts like this starts a file of an input that is several files: `==> NAME`.
const MARK: &[u8] = b"==> ";

/// The files of an input, each with its name. What stands before the first mark has the name `first`.
pub(crate) fn files<'a>(bytes: &'a [u8], first: &'a str) -> Vec<(&'a str, Vec<u8>)> {
    let mut files = vec![(first, Vec::new())];
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let name = line.strip_prefix(MARK).and_then(|name| std::str::from_utf8(name.trim_ascii()).ok());
        match (name, files.last_mut()) {
            (Some(name), _) => files.push((name, Vec::new())),
            (None, Some((_, text))) => text.extend_from_slice(line),
            (None, None) => {}
        }
    }
    files
}

/// A new folder with these files. A name that would lead out of it is left out.
pub(crate) fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    // In memory where there is such a place: nothing here is about the disk.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let is_plain = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains(['/', '\0']);
    for (name, text) in files.iter().filter(|(name, _)| is_plain(name) && name.len() < 100) {
        write(&folder.path().join(name), text);
    }
    folder
}

pub(crate) fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

/// Checks what is said of raw data that are refused: a short line that can be printed and names the file.
pub(crate) fn check_refusal(error: &dyn std::fmt::Display, name: &str) {
    let message = error.to_string();
    assert!(message.contains(name), "{message:?} does not name {name}");
    assert!(!message.contains(char::is_control), "{message:?} cannot be printed");
    assert!(message.len() < 1000, "{} bytes: {message:?}", message.len());
}

/// Checks that what is said of a refused file names it or its `folder`. Some messages quote words of the file; the command makes
/// them printable.
pub(crate) fn check_refusal_in(error: &dyn std::fmt::Display, folder: &TempDir) {
    let (message, folder) = (error.to_string(), folder.path().display().to_string());
    assert!(message.contains(&folder), "{message:?} does not name {folder}");
}
