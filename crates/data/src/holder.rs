//! Who holds a lock. The holder notes itself in a file, and whoever meets the lock reads the note.

use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fs, io, process};

/// Notes in `note` that this process holds the lock. To be called once the lock is taken; the locked file itself can be the
/// note.
///
/// # Errors
/// When the system refuses.
pub fn note(note: &Path) -> io::Result<()> {
    let host = nix::unistd::gethostname().unwrap_or_default();
    fs::write(note, format!("process {} on {}\n", process::id(), host.to_string_lossy()))
}

/// Who noted itself in `note`, and how long ago: `process 12 on host, for 5 min`. Without a note: `another process`.
pub fn noted(note: &Path) -> String {
    let holder = fs::read_to_string(note).unwrap_or_default();
    let since = note.metadata().and_then(|metadata| metadata.modified());
    match (holder.trim(), since.map(|since| SystemTime::now().duration_since(since))) {
        ("", _) => "another process".to_owned(),
        (holder, Ok(Ok(time))) => format!("{holder}, for {}", in_words(time)),
        (holder, _) => holder.to_owned(),
    }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_named_with_its_process_its_host_and_how_long_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert_eq!(noted(&path), "another process");
        note(&path).unwrap();
        let said = noted(&path);
        assert!(said.starts_with(&format!("process {} on ", process::id())) && said.contains(", for "), "{said}");
        let times = [0, 119, 120, 7199, 7200].map(|seconds| in_words(Duration::from_secs(seconds)));
        assert_eq!(times, ["0 s", "119 s", "2 min", "119 min", "2 h"]);
    }
}
