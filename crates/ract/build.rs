//! Tells the program which commit it is built from, for `result.json`.

use std::path::Path;
use std::process::Command;

fn main() {
    // A commit or a checkout moves HEAD's log; a change of the sources makes them differ from the commit.
    for path in ["../../.git/logs/HEAD", "../../Cargo.lock", "src", "../autodiff/src", "../data/src", "../models/src"] {
        if Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let describe = ["describe", "--always", "--exclude=*", "--abbrev=40", "--dirty=-modified"];
    let commit = Command::new("git").args(describe).output().ok().filter(|output| output.status.success());
    let commit = commit.and_then(|output| String::from_utf8(output.stdout).ok());
    println!("cargo::rustc-env=RACT_COMMIT={}", commit.as_deref().map_or("unknown", str::trim));
}
