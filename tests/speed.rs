//! `ract speed`, and what the repository keeps of measured speeds.

use crate::support::workplace::{Workplace, failure};
use ract::report::speed::Speed;
use std::path::Path;

#[test]
fn every_kept_speed_is_of_a_commit_and_names_no_file_of_the_machine() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments/speed");
    let files: Vec<_> = files_in(&folder);
    assert!(!files.is_empty());
    for file in files {
        let speed = Speed::read(&file).unwrap();
        let made = &speed.provenance;
        assert!(!made.commit.ends_with("-modified") && made.commit.len() == 40, "{}: {}", file.display(), made.commit);
        assert!(!made.command.contains('/'), "{}: {}", file.display(), made.command);
    }
}

/// The files in `folder` and in the folders in it.
fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

#[test]
fn a_file_that_holds_no_speeds_is_refused_by_name() {
    let workplace = Workplace::new();
    let (code, line) = failure(&workplace.ract(&["speed", "tiny.toml"]).output().unwrap());
    assert_eq!(code, 1);
    assert!(line.starts_with("ract: cannot read tiny.toml: "), "{line}");
}
