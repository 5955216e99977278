//! Archives, prepared folders and recorded checksums.

use crate::support::{check_refusal_in, files, folder, write};
use ract_data::prepared::Meta;
use ract_data::readers::{CSV, Input};
use ract_data::sources::PublicFile;
use ract_data::{Dataset, HeldOut, Interactions, ReadOptions, fingerprint, has_checksums};

/// Deflate packs no more than this many bytes into one.
const MOST_PACKED: usize = 1032;

/// The ratings in a zip archive.
pub(crate) fn zip(bytes: &[u8]) {
    let folder = folder(&[]);
    let path = folder.path().join("x.zip");
    write(&path, bytes);
    let read = |input| CSV.read(input, &ReadOptions::default());
    match Input::open(&path, &["ratings.csv"]).and_then(read) {
        Ok(raw) => {
            let [file] = &raw.source_files[..] else { panic!("{:?}", raw.source_files) };
            assert_eq!(file.name, "ratings.csv");
            assert!(file.checksum.bytes <= (MOST_PACKED * bytes.len()) as u64);
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
