//! `ract prepare netflix` and `ract prepare msd`: what becomes of files in the formats of their publishers.

use crate::support::{names, ract};
use assert_cmd::prelude::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use tempfile::tempdir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PAIRS: [&str; 5] = ["train.csv", "validation_tr.csv", "validation_te.csv", "test_tr.csv", "test_te.csv"];

fn prepare(folder: &Path, name: &str, options: &[&str]) {
    ract(folder).args(["prepare", name, "--heldout-users", "5", "--out", name]).args(options).assert().success();
}

/// The only line on stderr of what fails; nothing is written.
fn failure(folder: &Path, arguments: &[&str]) -> String {
    let before = names(folder);
    let output = ract(folder).args(arguments).args(["--out", "out"]).assert().code(1).get_output().clone();
    assert_eq!(names(folder), before);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    message.trim_end().to_owned()
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn assert_same_pairs(folder: &Path, name: &str) {
    for file in PAIRS {
        let of = |name: &str| read(folder, &format!("{name}/{file}"));
        assert!(of(name) == of("csv"), "{file} is another");
    }
}

/// Netflix's files of 40 users with 6 of 8 movies and a bad rating of each of the other two; the same as CSV.
fn netflix(folder: &Path) -> String {
    let mut csv = "userId,movieId,rating\n".to_owned();
    fs::create_dir_all(folder).unwrap();
    for file in 1..=4 {
        let mut text = String::new();
        for movie in [2 * file - 1, 2 * file] {
            writeln!(text, "{movie}:").unwrap();
            for user in (0..40).rev().map(|user| 7 * user + 3) {
                let rating = if (user + movie) % 8 < 6 { 4 } else { 3 };
                writeln!(text, "{user},{rating},2005-09-06").unwrap();
                writeln!(csv, "{user},{movie},{rating}").unwrap();
            }
        }
        fs::write(folder.join(format!("combined_data_{file}.txt")), text).unwrap();
    }
    csv
}

#[test]
fn netflix_files_are_split_like_the_same_ratings_in_one_csv_file() {
    let folder = tempdir().unwrap();
    let csv = netflix(&folder.path().join("data/netflix-prize"));
    fs::write(folder.path().join("in.csv"), csv).unwrap();
    prepare(folder.path(), "netflix", &[]);
    prepare(folder.path(), "csv", &["--input", "in.csv", "--min-rating", "3.5"]);
    assert_same_pairs(folder.path(), "netflix");
    assert_eq!(read(folder.path(), "netflix/unique_sid.txt"), "1\n2\n3\n4\n5\n6\n7\n8\n");
    let meta = read(folder.path(), "netflix/meta.json");
    assert!(meta.contains("\"source\": \"data/netflix-prize\"") && meta.contains("\"raw_rows\": 320"), "{meta}");
}

#[test]
fn a_single_file_of_netflix_is_taken_as_well() {
    let folder = tempdir().unwrap();
    let csv = netflix(&folder.path().join("four"));
    fs::write(folder.path().join("in.csv"), csv).unwrap();
    let all = (1..=4).map(|file| read(folder.path(), &format!("four/combined_data_{file}.txt")));
    fs::write(folder.path().join("one.txt"), all.collect::<String>()).unwrap();
    prepare(folder.path(), "netflix", &["--input", "one.txt"]);
    prepare(folder.path(), "csv", &["--input", "in.csv", "--min-rating", "3.5"]);
    assert_same_pairs(folder.path(), "netflix");
}

#[test]
fn netflix_files_that_are_missing_are_named_with_where_to_get_them_and_to_put_them() {
    let folder = tempdir().unwrap();
    let message = failure(folder.path(), &["prepare", "netflix"]);
    for part in ["data/netflix-prize lacks combined_data_1.txt, combined_data_2.txt", "kaggle.com", "--input"] {
        assert!(message.contains(part), "{message}");
    }
    netflix(&folder.path().join("half"));
    fs::remove_file(folder.path().join("half/combined_data_2.txt")).unwrap();
    let message = failure(folder.path(), &["prepare", "netflix", "--input", "half"]);
    assert!(message.contains("half lacks combined_data_2.txt: "), "{message}");
}

#[test]
fn a_bad_line_of_netflix_is_named_with_its_file() {
    let folder = tempdir().unwrap();
    netflix(&folder.path().join("in"));
    fs::write(folder.path().join("in/combined_data_2.txt"), "3:\n1,4,2005-09-06\n1,4\n").unwrap();
    let message = failure(folder.path(), &["prepare", "netflix", "--input", "in"]);
    let expected = "ract: in/combined_data_2.txt, line 3: '1,4' has 2 fields instead of 3: user, rating, date";
    assert_eq!(message, expected);
}

/// Names whose order, character by character, is not the order in which they are made.
fn user_name(user: usize) -> String {
    format!("{}{user}", ["b", "a", "B"][user % 3])
}

/// 40 users with 6 of 8 songs, played once or more; the same as CSV, with numbers that ascend as the names do.
fn triplets() -> (String, String) {
    let mut in_order: Vec<String> = (0..40).map(user_name).collect();
    in_order.sort();
    let (mut text, mut csv) = (String::new(), "user,item\n".to_owned());
    for user in 0..40 {
        for song in (0..6).map(|i| (user + i) % 8) {
            let name = user_name(user);
            writeln!(text, "{name}\tSO{song}\t{}", 1 + song).unwrap();
            writeln!(csv, "{},{song}", in_order.binary_search(&name).unwrap()).unwrap();
        }
    }
    (text, csv)
}

#[test]
fn names_are_sorted_character_by_character_and_the_vocabulary_holds_them() {
    let folder = tempdir().unwrap();
    let (text, csv) = triplets();
    fs::write(folder.path().join("in.txt"), text).unwrap();
    fs::write(folder.path().join("in.csv"), csv).unwrap();
    prepare(folder.path(), "msd", &["--input", "in.txt", "--min-user-items", "5", "--min-item-users", "0"]);
    prepare(folder.path(), "csv", &["--input", "in.csv"]);
    assert_same_pairs(folder.path(), "msd");
    let numbers = read(folder.path(), "csv/unique_sid.txt");
    let expected: String = numbers.lines().map(|number| format!("SO{number}\n")).collect();
    assert_eq!(read(folder.path(), "msd/unique_sid.txt"), expected);
}

#[test]
fn songs_of_few_users_and_users_of_few_songs_are_left_out_as_in_the_paper() {
    let folder = tempdir().unwrap();
    // 201 users with 20 songs each and one with 19; one song that only that one has.
    let songs = |user: usize| if user == 201 { 1..20 } else { 0..20 };
    let rows = (0..202).flat_map(|user| songs(user).map(move |song| format!("u{user}\tSO{song}\t1\n")));
    fs::write(folder.path().join("in.txt"), rows.chain(["u201\tSO99\t5\n".to_owned()]).collect::<String>()).unwrap();
    prepare(folder.path(), "msd", &["--input", "in.txt"]);
    let meta: serde_json::Value = serde_json::from_str(&read(folder.path(), "msd/meta.json")).unwrap();
    assert_eq!(meta["filtered"], serde_json::json!({ "users": 201, "items": 20, "interactions": 4020 }));
    assert_eq!((&meta["min_rating"], &meta["raw_rows"]), (&serde_json::Value::Null, &4040.into()));
}

#[test]
fn an_archive_of_triplets_is_held_to_what_was_recorded_of_the_first_one() {
    let folder = tempdir().unwrap();
    let archive = |text: &str| {
        fs::create_dir_all(folder.path().join("data")).unwrap();
        let path = folder.path().join("data/train_triplets.txt.zip");
        let mut archive = ZipWriter::new(fs::File::create(path).unwrap());
        archive.start_file("train_triplets.txt", SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
        archive.finish().unwrap();
    };
    let (text, _) = triplets();
    archive(&text);
    let few = ["--min-user-items", "5", "--min-item-users", "0"];
    prepare(folder.path(), "msd", &few);
    let record = "data/train_triplets.txt.zip.sha256";
    assert!(read(folder.path(), record).ends_with("  train_triplets.txt.zip\n"));
    prepare(folder.path(), "msd", &few);

    archive(&text.replace("SO1", "SO9"));
    let message = failure(folder.path(), &["prepare", "msd"]);
    assert!(message.contains("data/train_triplets.txt.zip is damaged or another file"), "{message}");
    assert!(message.contains(record) && message.contains("https://millionsongdataset.com/"), "{message}");
}

/// Check-ins of 40 users at 6 of 8 places, the first of them twice; the same as CSV.
fn checkins() -> (String, String) {
    let (mut text, mut csv) = (String::new(), "user,item\n".to_owned());
    for user in 0..40 {
        for visit in 0..7 {
            let place = (user + visit % 6) % 8;
            writeln!(text, "{user}\t2010-10-{:02}T23:55:27Z\t30.2359091167\t-97.7951395833\t{place}", 20 - visit)
                .unwrap();
            writeln!(csv, "{user},{place}").unwrap();
        }
    }
    (text, csv)
}

#[test]
fn snaps_gowalla_is_prepared_and_who_comes_again_counts_once() {
    let folder = tempdir().unwrap();
    let (text, csv) = checkins();
    fs::create_dir(folder.path().join("data")).unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    fs::write(folder.path().join("data/loc-gowalla_totalCheckins.txt.gz"), gzip.finish().unwrap()).unwrap();
    fs::write(folder.path().join("in.txt"), &text).unwrap();
    fs::write(folder.path().join("in.csv"), csv).unwrap();
    prepare(folder.path(), "csv", &["--input", "in.csv"]);
    let few = ["--min-user-items", "5", "--min-item-users", "0"];
    for input in [&[][..], &["--input", "in.txt"]] {
        prepare(folder.path(), "gowalla", &[&few[..], input].concat());
        assert_same_pairs(folder.path(), "gowalla");
        let meta: serde_json::Value = serde_json::from_str(&read(folder.path(), "gowalla/meta.json")).unwrap();
        assert_eq!((&meta["raw_rows"], &meta["repeated_rows"]), (&280.into(), &40.into()));
    }
    assert!(
        read(folder.path(), "data/loc-gowalla_totalCheckins.txt.gz.sha256")
            .ends_with("  loc-gowalla_totalCheckins.txt.gz\n")
    );
    // Known by its content too, with its times.
    let said = ract(folder.path()).args(["prepare", "in.txt", "--split", "last", "--out", "last"]).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.starts_with("in.txt: A line `USER TIME LATITUDE LONGITUDE LOCATION`"), "{said}");
    assert!(said.contains("40 repeated rows counted once"), "{said}");
}

#[test]
fn lastfms_archive_is_prepared_and_held_to_what_was_recorded() {
    let folder = tempdir().unwrap();
    let (text, csv) = triplets();
    // Every other artist has an id, the others a name alone.
    let line = |line: &str| {
        let [user, song, plays] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let id = if song.ends_with(['1', '3']) { song } else { "" };
        format!("{user}\t{id}\t{song}\t{plays}\n")
    };
    let archive = |text: &str| {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, text) in [("usersha1-profile.tsv", "x\n"), ("usersha1-artmbid-artname-plays.tsv", text)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, format!("lastfm-dataset-360K/{name}"), text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    };
    let text: String = text.lines().map(line).collect();
    fs::create_dir(folder.path().join("data")).unwrap();
    let path = folder.path().join("data/lastfm-dataset-360K.tar.gz");
    fs::write(&path, archive(&text)).unwrap();
    fs::write(folder.path().join("in.csv"), csv).unwrap();
    let few = ["--min-user-items", "5", "--min-item-users", "0"];
    prepare(folder.path(), "lastfm-360k", &few);
    prepare(folder.path(), "csv", &["--input", "in.csv"]);
    assert_same_pairs(folder.path(), "lastfm-360k");
    assert!(read(folder.path(), "data/lastfm-dataset-360K.tar.gz.sha256").ends_with("  lastfm-dataset-360K.tar.gz\n"));

    fs::write(&path, archive(&text.replace("SO1", "SO9"))).unwrap();
    let message = failure(folder.path(), &["prepare", "lastfm-360k"]);
    assert!(message.contains("data/lastfm-dataset-360K.tar.gz is damaged or another file"), "{message}");
    fs::write(folder.path().join("other.tar.gz"), archive("no plays\n")).unwrap();
    let message = failure(folder.path(), &["prepare", "lastfm-360k", "--input", "other.tar.gz"]);
    assert!(message.contains("has 1 fields instead of 4"), "{message}");
}

#[test]
fn a_bad_triplet_is_named() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("in.txt"), "a\tSO1\t1\na\tSO2\tmany\n").unwrap();
    let message = failure(folder.path(), &["prepare", "msd", "--input", "in.txt"]);
    assert_eq!(message, "ract: in.txt, line 2: plays is 'many', not a number");
}

#[test]
fn a_mirror_is_asked_in_the_publishers_place_and_held_to_the_same_checksum() {
    let folder = tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mirror = format!("http://{}/movielens/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = String::new();
        BufReader::new(client.try_clone().unwrap()).read_line(&mut request).unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc").unwrap();
        request
    });
    let message = failure(folder.path(), &["prepare", "ml-100k", "--mirror", &mirror]);
    assert!(server.join().unwrap().starts_with("GET /movielens/ml-100k.zip "));
    assert!(message.contains(&format!("{mirror}ml-100k.zip sent ")) && message.contains("instead of"), "{message}");

    let usage = |arguments: &[&str]| {
        let output = ract(folder.path()).args(arguments).args(["--mirror", &mirror, "--out", "out"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(usage(&["prepare", "netflix"]).contains("netflix is not downloaded: leave out --mirror"));
    assert!(usage(&["prepare", "csv", "--heldout-users", "5"]).contains("--mirror is for the public data sets"));
}
