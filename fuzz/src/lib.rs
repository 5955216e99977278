//! Fuzzing of every reader of files that may be damaged.
//!
//! A target is a plain function of bytes. It reads them as a file, and panics when the reader breaks a promise: when it panics,
//! believes what cannot be, or refuses without naming the file. `make fuzz` gives the targets to libFuzzer;
//! `tests/damaged.rs` gives them a few thousand damaged files in `cargo test`. To add a target, write a function, its line in
//! [`TARGETS`], a file in `fuzz_targets` with its section in `Cargo.toml`, and a folder of samples in `corpus`.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod data;
mod readers;
mod run;
mod settings;
mod support;

/// A reader of files that may be damaged.
pub struct Target {
    /// Its name: that of its folder in `corpus`, and of its file in `fuzz_targets`.
    pub name: &'static str,
    /// Reads the bytes as its file, and panics when a promise is broken.
    pub read: fn(&[u8]),
}

/// All targets.
pub static TARGETS: &[Target] = &[
    Target { name: "csv", read: readers::csv },
    Target { name: "tsv", read: readers::tsv },
    Target { name: "dat", read: readers::dat },
    Target { name: "triplets", read: readers::triplets },
    Target { name: "lastfm", read: readers::lastfm },
    Target { name: "checkins", read: readers::checkins },
    Target { name: "lists", read: readers::lists },
    Target { name: "netflix_prize", read: readers::netflix_prize },
    Target { name: "ncf_files", read: readers::ncf_files },
    Target { name: "zip", read: data::zip },
    Target { name: "tar", read: data::tar },
    Target { name: "parquet", read: data::parquet },
    Target { name: "prepared", read: data::prepared },
    Target { name: "cache", read: data::cache },
    Target { name: "checksum", read: data::checksum },
    Target { name: "experiment", read: settings::experiment },
    Target { name: "sweep", read: settings::sweep },
    Target { name: "index", read: settings::index },
    Target { name: "checkpoint", read: run::checkpoint },
    Target { name: "result", read: run::result },
    Target { name: "history", read: run::history },
    Target { name: "profile", read: run::profile },
    Target { name: "per_user", read: run::per_user },
    Target { name: "per_user_packed", read: run::per_user_packed },
    Target { name: "run_folder", read: run::run_folder },
    Target { name: "speed", read: run::speed },
];

/// Gives `bytes` to the target of that name.
///
/// # Panics
/// When a promise is broken, or there is no such target.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap_or_else(|| panic!("no target {name}")).read)(bytes);
}
