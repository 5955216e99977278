//! `ract prepare`, from the command line to the files.

use crate::support::{names, ract, shared};
use assert_cmd::prelude::*;
use ract_data::Dataset;
use ract_data::readers::READERS;
use ract_data::sources::{PRESETS, Source};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use tempfile::tempdir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const FILES: [&str; 6] =
    ["train.csv", "validation_tr.csv", "validation_te.csv", "test_tr.csv", "test_te.csv", "unique_sid.txt"];

/// 40 users with 6 items each, every item with many users.
fn ratings() -> String {
    let rows = (0..40).flat_map(|user| (0..6).map(move |i| format!("{user},{},4\n", (user + i) % 8)));
    "userId,movieId,rating\n".to_owned() + &rows.collect::<String>()
}

/// Runs `ract prepare csv` on `text` and returns its only line on stderr; nothing but the input may be left.
fn failure(text: &str, options: &[&str]) -> String {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), text).unwrap();
    let output = ract(folder.path())
        .args(["prepare", "csv", "--input", "in.csv", "--out", "out"])
        .args(options)
        .assert()
        .code(1)
        .get_output()
        .clone();
    assert!(output.stdout.is_empty());
    assert_eq!(names(folder.path()), ["in.csv"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    message.trim_end().to_owned()
}

fn prepare(folder: &Path, options: &[&str]) {
    fs::write(folder.join("in.csv"), ratings()).unwrap();
    let arguments = ["prepare", "csv", "--input", "in.csv", "--out", "out", "--heldout-users", "5"];
    ract(folder).args(arguments).args(options).assert().success();
}

#[test]
fn the_published_split_of_movielens_100k_is_reproduced_to_the_byte() {
    let (Some(input), Some(published)) = (shared("data/ml-100k/ratings.csv"), shared("reference/ml-100k-split")) else {
        return;
    };
    let folder = tempdir().unwrap();
    let tabs = u_data(&fs::read_to_string(&input).unwrap());
    fs::write(folder.path().join("u.data"), &tabs).unwrap();
    archive(&folder.path().join("made.zip"), "ml-100k/u.data", &tabs);
    let options = ["--min-rating", "3.5", "--heldout-users", "150"];
    for (name, input, options) in [
        ("csv", input.as_path(), &options[..]),
        ("ml-100k", &input, &[]),
        ("ml-100k", Path::new("u.data"), &[]),
        ("tsv", Path::new("made.zip"), &options),
    ] {
        ract(folder.path())
            .args(["prepare", name, "--out", "out", "--input"])
            .arg(input)
            .args(options)
            .assert()
            .success();
        for file in FILES {
            let (found, published) = (folder.path().join("out").join(file), published.join(file));
            assert!(fs::read(found).unwrap() == fs::read(published).unwrap(), "{name}: {file} is another");
        }
    }
}

/// The rows of a CSV file as lines with tabs, without the header.
fn u_data(csv: &str) -> String {
    csv.lines().skip(1).map(|line| line.replace(',', "\t") + "\n").collect()
}

fn archive(path: &Path, name: &str, text: &str) {
    let mut archive = ZipWriter::new(fs::File::create(path).unwrap());
    archive.start_file(name, SimpleFileOptions::default()).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap();
}

#[test]
fn the_formats_of_movielens_are_split_like_the_same_ratings_in_a_csv_file_and_the_presets_options_count() {
    let folder = tempdir().unwrap();
    // A rating of 4 is above all thresholds; a rating of 3 is above that of ml-1m alone.
    let row = |user: u32, i: u32| format!("{user},{},{},881250949\n", (user + i) % 9, if i < 6 { 4 } else { 3 });
    let rows = (0..1500).flat_map(|user| (0..7).map(move |i| row(user, i)));
    let csv = "userId,movieId,rating,timestamp\n".to_owned() + &rows.collect::<String>();
    fs::write(folder.path().join("in.csv"), &csv).unwrap();
    let tabs = u_data(&csv);
    fs::write(folder.path().join("u.data"), &tabs).unwrap();
    archive(&folder.path().join("tabs.zip"), "ml-100k/u.data", &tabs);
    fs::write(folder.path().join("ratings.dat"), tabs.replace('\t', "::")).unwrap();
    let prepare = |out: &str, arguments: &[&str]| {
        ract(folder.path()).arg("prepare").args(arguments).args(["--out", out]).assert().success();
    };
    let csv = ["csv", "--input", "in.csv", "--min-rating"];
    prepare("ml-100k", &[&csv[..], &["3.5", "--heldout-users", "150"]].concat());
    prepare("ml-1m", &[&csv[..], &["2.5", "--heldout-users", "600"]].concat());
    for (out, arguments) in [
        ("ml-100k", &["ml-100k", "--input", "u.data"][..]),
        ("ml-100k", &["ml-100k", "--input", "in.csv"]),
        ("ml-100k", &["tsv", "--input", "tabs.zip", "--min-rating", "3.5", "--heldout-users", "150"]),
        ("ml-1m", &["ml-1m", "--input", "ratings.dat"]),
        ("ml-1m", &["ml-1m", "--input", "u.data", "--format", "tsv"]),
    ] {
        prepare("other", arguments);
        for file in FILES {
            let read = |of: &str| fs::read(folder.path().join(of).join(file)).unwrap();
            assert!(read(out) == read("other"), "{arguments:?}: {file} is another");
        }
    }
}

#[test]
fn the_list_names_every_data_set_with_its_licence_and_origin_and_every_format() {
    let folder = tempdir().unwrap();
    let list = |arguments: &[&str], code| ract(folder.path()).args(arguments).assert().code(code).get_output().clone();
    let on_stdout = String::from_utf8(list(&["prepare", "--list"], 0).stdout).unwrap();
    // No name, and a name that is not known, show it with what is wrong.
    let no_name = String::from_utf8(list(&["prepare"], 2).stderr).unwrap();
    let unknown = String::from_utf8(list(&["prepare", "ml-21m", "--out", "out"], 2).stderr).unwrap();
    assert!(unknown.contains("'ml-21m'") && unknown.contains("there is no such data set"), "{unknown}");
    for text in [on_stdout, no_name, unknown] {
        for preset in PRESETS {
            let place = match &preset.source {
                Source::Public(file) => file.url.to_string(),
                Source::ByHand { .. } => preset.path().display().to_string(),
            };
            for part in [preset.name, preset.title, preset.licence, &place] {
                assert!(text.contains(part), "no {part} in {text}");
            }
        }
        for reader in READERS {
            assert!(text.contains(&format!("\n  {} ", reader.name)) && text.contains(reader.description), "{text}");
        }
        assert!(text.contains("943 users and 1,682 items") && text.contains("\n  ncf "), "{text}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn what_is_written_can_be_read_and_says_what_it_is() {
    let folder = tempdir().unwrap();
    prepare(folder.path(), &["--min-rating", "3.5"]);
    let data = Dataset::read(&folder.path().join("out")).unwrap();
    assert_eq!((data.train.n_users(), data.validation.n_users(), data.test.n_users()), (30, 5, 5));
    assert_eq!((data.n_items(), data.train.len()), (8, 180));
    assert_eq!(data.test.held_out.len(), 5); // int(0.2 * 6) of each
    let meta: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/meta.json")).unwrap()).unwrap();
    assert_eq!(meta["source"], "in.csv");
    assert_eq!((&meta["min_rating"], &meta["seed"]), (&3.5.into(), &98765.into()));
    assert_eq!((&meta["filtered"]["users"], &meta["interactions"]["train"]), (&40.into(), &180.into()));
}

#[test]
fn a_prepared_folder_is_replaced_and_any_other_is_left_alone() {
    let folder = tempdir().unwrap();
    prepare(folder.path(), &[]);
    let vocabulary = || fs::read_to_string(folder.path().join("out/unique_sid.txt")).unwrap();
    let before = vocabulary();
    prepare(folder.path(), &["--seed", "2"]);
    assert_ne!(vocabulary(), before);
    assert_eq!(names(folder.path()), ["in.csv", "out"]);

    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/thesis.txt"), "mine").unwrap();
    fs::write(folder.path().join("mine/meta.json"), "{}").unwrap();
    let arguments = ["prepare", "csv", "--input", "in.csv", "--heldout-users", "5", "--out", "mine"];
    let output = ract(folder.path()).args(arguments).assert().code(1).get_output().clone();
    assert!(String::from_utf8_lossy(&output.stderr).contains("choose another --out"));
    assert_eq!(names(&folder.path().join("mine")), ["meta.json", "thesis.txt"]);
}

#[test]
fn a_failure_is_one_line_that_names_the_place_and_leaves_nothing_behind() {
    let few = ["--heldout-users", "5"];
    let rated = ["--heldout-users", "5", "--min-rating", "3.5"];
    let no_rating = "ract: in.csv, line 1: no column rating; its columns are: user, item";
    assert_eq!(failure("user,item\n1,2\n", &rated), no_rating);
    let no_user = "ract: in.csv, line 1: no column userId or user; its columns are: who, item";
    assert_eq!(failure("who,item\n1,2\n", &few), no_user);
    assert_eq!(
        failure("user,item\n1,2\n3,x4\n", &few),
        "ract: in.csv, line 3: item is 'x4', not a whole number of 0 or more"
    );
    let not_finite = "ract: in.csv, line 2: rating is 'inf', not a finite number";
    assert_eq!(failure("user,item,rating\n1,2,inf\n", &rated), not_finite);
    assert_eq!(failure("user,item\n1,2\n3\n", &few), "ract: in.csv, line 3: '3' has 1 fields, and the header has 2");
    assert_eq!(failure("", &few), "ract: in.csv, line 1: the file is empty");
    assert_eq!(failure("user,item\n", &few), "ract: in.csv: no interactions in it");
    assert!(failure(&ratings(), &["--heldout-users", "5", "--min-rating", "4"]).contains("lower --min-rating"));
    assert!(failure(&ratings(), &["--heldout-users", "5", "--min-user-items", "7"]).contains("lower --min-user-items"));
    let too_many = failure(&ratings(), &["--heldout-users", "20"]);
    assert!(too_many.contains("40 users") && too_many.contains("between 1 and 19"), "{too_many}");
}

#[test]
fn a_held_out_user_with_no_items_left_is_refused_or_left_out() {
    // Every other user shares no item with anybody: held out, there is nothing left.
    let item = |user, i| if user % 2 == 0 { i } else { 6 * user + i };
    let rows = (0..40).flat_map(|user| (0..6).map(move |i| format!("{user},{}\n", item(user, i))));
    let text = "user,item\n".to_owned() + &rows.collect::<String>();
    let options = ["--heldout-users", "10"];
    let message = failure(&text, &options);
    assert!(message.starts_with("ract: in.csv, line ") && message.contains("no items left"), "{message}");
    assert!(message.contains("--drop-empty-users"), "{message}");

    let folder = tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), text).unwrap();
    let said = ract(folder.path())
        .args(["prepare", "csv", "--input", "in.csv", "--out", "out", "--drop-empty-users"])
        .args(options)
        .assert()
        .success();
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    let meta = fs::read_to_string(folder.path().join("out/meta.json")).unwrap();
    let meta: serde_json::Value = serde_json::from_str(&meta).unwrap();
    let data = Dataset::read(&folder.path().join("out")).unwrap();
    let left = data.validation.n_users() + data.test.n_users();
    assert_eq!(meta["dropped_users"], 20 - left);
    assert!((1..20).contains(&left));
    for (set, of) in [("validation", &data.validation), ("test", &data.test)] {
        let row = said.lines().find(|line| line.starts_with(set)).unwrap();
        assert_eq!(row.split_whitespace().nth(1), Some(&*of.n_users().to_string()), "{said}");
    }
}

#[test]
fn a_wrong_command_line_is_a_matter_of_usage() {
    let folder = tempdir().unwrap();
    for arguments in [
        vec!["prepare", "csv", "--out", "out", "--heldout-users", "5"],
        vec!["prepare", "csv", "--out", "out", "--input", "in.csv"],
        vec!["prepare", "csv", "--out", "out", "--input", "in.csv", "--heldout-users", "5", "--min-rating", "nan"],
        vec!["prepare", "ml-21m", "--out", "out"],
        vec!["prepare", "csv", "--input", "in.csv", "--heldout-users", "5"],
        vec!["prepare", "csv", "--out", "out", "--input", "in.csv", "--heldout-users", "5", "--format", "tsv"],
        vec!["prepare", "ml-1m", "--out", "out", "--format", "xls"],
    ] {
        ract(folder.path()).args(arguments).assert().code(2);
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn an_archive_is_held_to_the_published_hash() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/ml-20m.zip"), "half a download").unwrap();
    let output = ract(folder.path()).args(["prepare", "ml-20m", "--out", "out"]).assert().code(1).get_output().clone();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("is damaged or another file") && message.lines().count() == 1, "{message}");
    assert_eq!(names(folder.path()), ["data"]);
}

#[test]
fn a_csv_file_is_prepared_with_the_presets_options() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), ratings()).unwrap();
    let arguments = ["prepare", "ml-20m", "--input", "in.csv", "--heldout-users", "5", "--out", "out"];
    let said = ract(folder.path()).args(arguments).assert().success().get_output().clone();
    let meta = fs::read_to_string(folder.path().join("out/meta.json")).unwrap();
    assert!(meta.contains("\"min_rating\": 3.5"), "{meta}");
    let said = String::from_utf8(said.stdout).unwrap();
    let other =
        "this is not the published split of MovieLens 20M, which has other settings: `ract prepare --list` names them";
    assert_eq!(said.lines().last(), Some(other));
}

#[test]
fn an_archive_is_prepared_like_the_file_in_it() {
    let folder = tempdir().unwrap();
    prepare(folder.path(), &[]);
    archive(&folder.path().join("in.zip"), "any/ratings.csv", &ratings());
    let arguments = ["prepare", "csv", "--input", "in.zip", "--heldout-users", "5", "--out", "zipped"];
    ract(folder.path()).args(arguments).assert().success();
    for file in FILES {
        let read = |of: &str| fs::read(folder.path().join(of).join(file)).unwrap();
        assert!(read("out") == read("zipped"), "{file} is another");
    }
    // Nothing was unpacked.
    assert_eq!(names(folder.path()), ["in.csv", "in.zip", "out", "zipped"]);
}

#[test]
fn without_a_network_one_line_says_what_to_download_and_where_to_put_it() {
    let folder = tempdir().unwrap();
    // A proxy that nobody listens at closes the network for this command.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = ract(folder.path())
        .env("ALL_PROXY", format!("http://{closed}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .args(["prepare", "ml-20m", "--out", "out"])
        .assert()
        .code(1)
        .get_output()
        .clone();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    for part in ["https://files.grouplens.org/datasets/movielens/ml-20m.zip", "198702078 bytes", "data/ml-20m.zip"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(names(folder.path()).is_empty());
}
