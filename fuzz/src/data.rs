//! Archives, Parquet files, prepared folders with their caches, and recorded checksums.

use crate::support::{check_refusal_in, files, folder, write};
use ract_data::prepared::Meta;
use ract_data::readers::{CSV, ColumnNames, Found, Input};
use ract_data::sources::PublicFile;
use ract_data::{Dataset, HeldOut, Interactions, RawInteractions, ReadOptions, fingerprint, has_checksums};
use std::fs::File;
use std::time::{Duration, SystemTime};

/// Deflate packs no more than this many bytes into one.
const MOST_PACKED: usize = 1032;

/// The ratings in a zip archive.
pub(crate) fn zip(bytes: &[u8]) {
    if let Some(raw) = archive("x.zip", bytes) {
        assert!(raw.source_files[0].checksum.bytes <= (MOST_PACKED * bytes.len()) as u64);
    }
}

/// The ratings in a tar archive, plain or compressed.
pub(crate) fn tar(bytes: &[u8]) {
    if let Some(raw) = archive("x.tar", bytes) {
        assert!(raw.rows > 0 && raw.source_files[0].checksum.bytes > 0);
    }
}

/// The ratings in the archive `name`, which come from one file; `None` when it was refused.
fn archive(name: &str, bytes: &[u8]) -> Option<RawInteractions> {
    let folder = folder(&[]);
    let path = folder.path().join(name);
    write(&path, bytes);
    let read = |input| CSV.read(input, &ReadOptions::default());
    match Input::open(&path, &["ratings.csv"]).and_then(read) {
        Ok(raw) => {
            let [file] = &raw.source_files[..] else { panic!("{:?}", raw.source_files) };
            assert_eq!(file.name, "ratings.csv");
            Some(raw)
        }
        Err(error) => {
            check_refusal_in(&error, &folder);
            None
        }
    }
}

/// A table whose format is found by its content: Parquet, in the samples.
pub(crate) fn parquet(bytes: &[u8]) {
    let folder = folder(&[]);
    let path = folder.path().join("x.parquet");
    write(&path, bytes);
    let read = || {
        let found = Found::at(&path, &ColumnNames::default())?;
        let options = ReadOptions { min_rating: found.threshold(), by_time: found.has_times() };
        found.read(Input::of_any(&path)?, &options)
    };
    match read() {
        Ok(raw) => {
            let counted = raw.pairs.len() as u64 + raw.duplicates;
            assert!(counted <= raw.rows && raw.times.is_sorted());
            assert_eq!(raw.source_files[0].checksum.bytes, bytes.len() as u64);
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}

/// A prepared folder.
pub(crate) fn prepared(bytes: &[u8]) {
    let folder = folder(&files(bytes, ""));
    let path = folder.path();
    for error in [has_checksums(path).err(), Meta::read(path).err()].into_iter().flatten() {
        check_refusal_in(&error, &folder);
    }
    match Dataset::read(path) {
        Ok(data) => {
            check(&data.train, data.n_items());
            check_held_out(&data.validation, data.n_items());
            check_held_out(&data.test, data.n_items());
            assert_eq!(fingerprint(&Dataset::read(path).unwrap()), fingerprint(&data));
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}

/// The cache of a prepared folder, damaged at the places that the bytes name: five of them, a place and what is changed there,
/// or an end. Whatever it holds, the data are those of the files.
pub(crate) fn cache(bytes: &[u8]) {
    let folder = folder(&files(include_bytes!("../corpus/prepared/second_format"), ""));
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let file = File::options().append(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(hour_ago).unwrap();
    }
    let data = Dataset::read(folder.path()).unwrap();
    let path = folder.path().join("cache.safetensors");
    let mut cache = std::fs::read(&path).unwrap();
    for edit in bytes.chunks_exact(5) {
        let place = u32::from_le_bytes([edit[0], edit[1], edit[2], edit[3]]) as usize % cache.len();
        match edit[4] {
            0 => cache.truncate(place.max(1)),
            change => cache[place] ^= change,
        }
    }
    write(&path, &cache);
    assert_eq!(Dataset::read(folder.path()).unwrap(), data);
}

fn check(rows: &Interactions, n_items: usize) {
    assert_eq!(rows.n_items(), n_items);
    for items in (0..rows.n_users()).map(|user| rows.items(user)) {
        assert!(items.windows(2).all(|two| two[0] < two[1]) && items.iter().all(|&item| (item as usize) < n_items));
    }
}

fn check_held_out(of: &HeldOut, n_items: usize) {
    let HeldOut { fold_in, held_out, candidates } = of;
    for part in [fold_in, held_out].into_iter().chain(candidates) {
        check(part, n_items);
        assert_eq!(part.n_users(), of.n_users());
    }
    assert!(!held_out.is_empty());
    for user in 0..of.n_users() {
        let seen = fold_in.items(user);
        assert!(!seen.is_empty());
        assert!(held_out.items(user).iter().all(|item| !seen.contains(item)), "a target that the model sees");
        if let Some(candidates) = candidates {
            assert!(held_out.items(user).iter().all(|item| candidates.items(user).contains(item)));
            assert!(candidates.items(user).iter().all(|item| !seen.contains(item)));
        }
    }
}

/// The record of a download's size and SHA-256.
pub(crate) fn checksum(bytes: &[u8]) {
    let folder = folder(&[("x.zip.sha256", bytes.to_vec())]);
    let file = PublicFile { url: "https://example.org/x.zip".into(), published: None };
    match file.expected(&folder.path().join("x.zip")) {
        Ok(known) => {
            let sha256 = known.unwrap().sha256;
            let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            assert!(sha256.len() == 64 && sha256.as_bytes().iter().all(is_digit), "{sha256:?}");
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}
