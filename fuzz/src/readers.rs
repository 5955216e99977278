//! The formats of raw interactions.

use crate::support::{check_refusal, files};
use ract_data::readers::{Input, Reader};
use ract_data::{Id, RawInteractions, ReadOptions};
use std::collections::HashSet;

pub(crate) fn csv(bytes: &[u8]) {
    // The header is a line, and what is empty in quotes too is a blank line.
    read("csv", bytes, |files| rows(files, |line| line.iter().all(|byte| b"\" \t\r\x0c".contains(byte))) - 1);
}

pub(crate) fn tsv(bytes: &[u8]) {
    read("tsv", bytes, |files| rows(files, |_| false));
}

pub(crate) fn dat(bytes: &[u8]) {
    read("dat", bytes, |files| rows(files, |_| false));
}

pub(crate) fn triplets(bytes: &[u8]) {
    read("triplets", bytes, |files| rows(files, |_| false));
}

pub(crate) fn lastfm(bytes: &[u8]) {
    read("lastfm", bytes, |files| rows(files, |_| false));
}

pub(crate) fn checkins(bytes: &[u8]) {
    read("checkins", bytes, |files| rows(files, |_| false));
}

pub(crate) fn lists(bytes: &[u8]) {
    read("lists", bytes, |files| {
        let lines = files.iter().flat_map(|(_, text)| {
            let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
            text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii)
        });
        let fields = |line: &[u8]| line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()).count();
        lines.map(|line| fields(line).saturating_sub(1) as u64).sum()
    });
}

pub(crate) fn netflix_prize(bytes: &[u8]) {
    read("netflix-prize", bytes, |files| rows(files, |line| line.ends_with(b":")));
}

pub(crate) fn ncf_files(bytes: &[u8]) {
    read("ncf-files", bytes, |files| rows(&files[..2], |_| false));
}

/// The number of lines that must be rows: none is lost. `is_none` says which other lines are none.
fn rows(files: &[(String, Vec<u8>)], is_none: impl Fn(&[u8]) -> bool) -> u64 {
    let of_file = |(_, text): &(String, Vec<u8>)| {
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        lines.filter(|line| !line.is_empty() && !is_none(line)).count() as u64
    };
    files.iter().map(of_file).sum()
}

/// Reads the files in `bytes` with and without ratings and times. `rows` is the number of rows that they must have.
fn read(reader: &str, bytes: &[u8], rows: impl Fn(&[(String, Vec<u8>)]) -> u64) {
    let reader = Reader::named(reader).unwrap();
    let mut texts = files(bytes, "").into_iter().map(|(_, text)| text);
    let files: Vec<_> =
        reader.files().iter().map(|name| ((*name).to_owned(), texts.next().unwrap_or_default())).collect();
    let name = if let [(only, _)] = &files[..] { only } else { "FOLDER" };
    let options = [None, Some(3.5)]
        .into_iter()
        .flat_map(|min_rating| [false, true].map(|by_time| ReadOptions { min_rating, by_time }));
    for options in options {
        let streams = files.iter().map(|(name, text)| (name.clone(), text.as_slice()));
        match reader.read(Input::streams(name, streams), &options) {
            Ok(raw) => check(&raw, &files, rows(&files), &options),
            Err(error) if name == "FOLDER" => {
                // The whole, or the file that is to blame.
                let message = error.to_string();
                let named = files.iter().map(|(name, _)| name.as_str()).find(|name| message.contains(name));
                check_refusal(&error, named.unwrap_or(name));
            }
            Err(error) => check_refusal(&error, name),
        }
    }
}

fn check(raw: &RawInteractions, files: &[(String, Vec<u8>)], rows: u64, options: &ReadOptions) {
    let distinct = |ids: &[Id]| ids.iter().collect::<HashSet<_>>().len();
    let (users, items) = (raw.user_ids.len(), raw.item_ids.len());
    assert_eq!((distinct(&raw.user_ids), distinct(&raw.item_ids)), (users, items));
    assert_eq!(raw.pairs.iter().collect::<HashSet<_>>().len(), raw.pairs.len(), "a pair counts once");
    assert!(raw.pairs.iter().all(|&(user, item)| (user as usize) < users && (item as usize) < items));
    assert_eq!(raw.rows, rows, "lines are lost");
    assert!(raw.times.is_sorted() && (raw.times.is_empty() || raw.times.len() == raw.pairs.len()));
    let counted = raw.pairs.len() as u64 + raw.duplicates;
    assert!(counted <= rows && (options.min_rating.is_some() || raw.test_negatives.is_some() || counted == rows));
    assert_eq!(raw.user_places.len(), users);
    for place in &raw.user_places {
        let (_, text) = files.iter().find(|(name, _)| **name == *place.file).unwrap();
        assert!((1..=text.split(|&byte| byte == b'\n').count() as u64).contains(&place.line), "{place:?}");
    }
    for ((name, text), source) in files.iter().zip(&raw.source_files) {
        assert_eq!((name, text.len() as u64), (&source.name, source.checksum.bytes));
        assert_eq!(source.is_cut, text.last().is_some_and(|&byte| byte != b'\n'));
    }
    if let Some([least, most]) = raw.ratings {
        assert!(least <= most && least.is_finite() && most.is_finite());
    }
    for negatives in raw.test_negatives.iter().flatten() {
        assert!(!negatives.is_empty() && negatives.iter().all(|&item| (item as usize) < items));
    }
}
