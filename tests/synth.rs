//! `ract synth`, and what `ract prepare` makes of it.

use crate::support::{names, ract};
use assert_cmd::prelude::*;
use ract_data::Dataset;
use std::fs;
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
fn a_file_like_netflix_or_msd_can_be_prepared_with_options_that_go_with_its_scale() {
    let folder = tempdir().unwrap();
    for (name, out, options) in [
        ("netflix", "in", &["--heldout-users", "200"][..]),
        ("msd", "in.txt", &["--heldout-users", "250", "--min-item-users", "14"]),
    ] {
        let synth = ["synth", "--like", name, "--scale", "0.005", "--seed", "1", "--out", out];
        ract(folder.path()).args(synth).assert().success();
        let prepare = ["prepare", name, "--input", out, "--out", name];
        ract(folder.path()).args(prepare).args(options).assert().success();
    }
    let read = |name: &str| Dataset::read(&folder.path().join(name)).unwrap();
    let (netflix, msd) = (read("netflix"), read("msd"));
    // A two-hundredth of the users that pass the paper's filters, and a fourteenth of the items.
    assert!((1_800..2_000).contains(&netflix.train.n_users()), "{}", netflix.train.n_users());
    assert!((1_150..=1_257).contains(&netflix.n_items()), "{}", netflix.n_items());
    assert!((2_000..2_700).contains(&msd.train.n_users()), "{}", msd.train.n_users());
    assert!((2_300..3_500).contains(&msd.n_items()), "{}", msd.n_items());
}

#[test]
fn a_folder_with_something_else_in_it_is_not_replaced() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/thesis.txt"), "mine").unwrap();
    let synth = ["synth", "--like", "netflix", "--scale", "0.001", "--out", "mine"];
    let output = ract(folder.path()).args(synth).assert().code(1).get_output().clone();
    assert!(String::from_utf8_lossy(&output.stderr).contains("'thesis.txt' is in it"));
    assert_eq!(names(&folder.path().join("mine")), ["thesis.txt"]);
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
