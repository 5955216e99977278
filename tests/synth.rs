//! `ract synth`, and what `ract prepare` makes of it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use assert_cmd::prelude::*;
use ract_data::Dataset;
use std::fs;
use support::{names, ract};
use tempfile::tempdir;

#[test]
fn the_file_depends_on_the_seed_and_not_on_the_number_of_threads() {
    let folder = tempdir().unwrap();
    for (out, seed, threads) in [("one.csv", "7", "1"), ("two.csv", "7", "2"), ("other.csv", "8", "2")] {
        ract(folder.path())
            .env("RAYON_NUM_THREADS", threads)
            .args(["synth", "--like", "ml-20m", "--scale", "0.005", "--seed", seed, "--out", out])
            .assert()
            .success();
    }
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(read("one.csv") == read("two.csv"));
    assert!(read("one.csv") != read("other.csv"));
    assert_eq!(names(folder.path()), ["one.csv", "other.csv", "two.csv"]);
}

#[test]
fn it_can_be_prepared_like_the_data_set_that_it_resembles() {
    let folder = tempdir().unwrap();
    let synth = ["synth", "--like", "ml-20m", "--scale", "0.005", "--out", "ratings.csv"];
    ract(folder.path())
        .args(synth)
        .assert()
        .success()
        .stdout("ratings.csv: 100,001 ratings of 1,891 movies by 692 users, seed 0\n");
    let text = fs::read_to_string(folder.path().join("ratings.csv")).unwrap();
    assert_eq!((text.lines().next(), text.lines().count()), (Some("userId,movieId,rating,timestamp"), 100_002));
    let prepare = ["prepare", "ml-20m", "--input", "ratings.csv", "--heldout-users", "50", "--out", "out"];
    ract(folder.path()).args(prepare).assert().success();
    let data = Dataset::read(&folder.path().join("out")).unwrap();
    assert_eq!((data.validation.n_users(), data.test.n_users()), (50, 50));
    let interactions = data.train.len() as f64 / data.train.n_users() as f64;
    assert!((60.0..85.0).contains(&interactions), "{interactions} per user");
}

#[test]
fn what_cannot_be_made_is_refused_before_anything_is_written() {
    let folder = tempdir().unwrap();
    for (options, code) in [
        (["--scale", "0", "--out", "x.csv"], 2),
        (["--scale", "nan", "--out", "x.csv"], 2),
        (["--scale", "0.001", "--out", "missing/x.csv"], 1),
    ] {
        let output = ract(folder.path())
            .args(["synth", "--like", "ml-20m"])
            .args(options)
            .assert()
            .code(code)
            .get_output()
            .clone();
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    }
    assert!(names(folder.path()).is_empty());
}
