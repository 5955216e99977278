//! The walk-through in `RECOMMEND.md`: its commands are run in a new folder, and print what the page says.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Where the command is built, before all other folders.
fn path() -> std::ffi::OsString {
    let built = Path::new(env!("CARGO_BIN_EXE_ract")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(built).chain(std::env::split_paths(&others))).unwrap()
}

/// Each command of the page with the output that stands below it.
fn commands(page: &str) -> Vec<(String, String)> {
    let blocks = page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("console\n"));
    let mut commands = Vec::<(String, String)>::new();
    for line in blocks.flat_map(str::lines) {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => panic!("output without a command: {line}"),
        }
    }
    commands
}

#[test]
fn every_command_of_the_walk_through_prints_what_the_page_says() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(repository.join("tests/shop")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let commands = commands(&fs::read_to_string(repository.join("RECOMMEND.md")).unwrap());
    assert!(commands.len() >= 5);
    for (command, expected) in commands {
        let output =
            Command::new("sh").args(["-c", &command]).current_dir(&folder).env("PATH", path()).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        let found = String::from_utf8(output.stdout).unwrap();
        assert_eq!(found.trim_end(), expected.trim_end(), "{command}");
    }
}
