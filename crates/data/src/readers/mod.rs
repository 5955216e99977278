//! Formats of raw interactions: one reader a file, and the registry of them.
//!
//! To add one, write a file with a [`Reader`] and its line in [`READERS`].

mod bytes;
mod checkins;
mod columns;
pub(crate) mod csv;
mod dat;
mod detect;
mod input;
mod lastfm;
mod lines;
mod lists;
mod ncf_files;
mod netflix;
mod parquet;
mod ratings;
mod records;
mod table;
mod tar;
mod triplets;
mod tsv;

use crate::raw::{Id, ReadOptions};
use crate::{RawInteractions, Result};
use std::path::Path;

#[cfg(feature = "network")]
pub(crate) use bytes::MAX_BYTES;
pub(crate) use checkins::CHECKINS;
pub use columns::ColumnNames;
pub use csv::CSV;
pub(crate) use dat::DAT;
pub use detect::Found;
pub(crate) use input::first_lines;
pub use input::{Input, is_zip};
pub(crate) use lastfm::LASTFM;
pub(crate) use lists::LISTS;
pub use ncf_files::NCF_FILES;
pub(crate) use netflix::NETFLIX_PRIZE;
pub use table::Table;
pub use tar::is_tar;
pub(crate) use triplets::TRIPLETS;
pub(crate) use tsv::TSV;

/// All formats.
pub static READERS: &[&Reader] = &[&CSV, &TSV, &DAT, &TRIPLETS, &LASTFM, &CHECKINS, &LISTS, &NETFLIX_PRIZE, &NCF_FILES];

/// Reads one format.
pub struct Reader {
    /// The format's name, as in `ract prepare NAME`.
    pub name: &'static str,
    /// What the file looks like, in a sentence.
    pub description: &'static str,
    /// The usual names of the files, in a folder or an archive, each with a few lines as an example. In every format
    /// the example says the same: user 7 gives item 1 a 5 and item 2 a 3, user 8 gives item 1 a 4 and item 2 a 2.
    pub example: &'static [(&'static str, &'static str)],
    /// Whether its rows have ratings, or numbers of plays.
    pub has_ratings: bool,
    /// Whether its rows have times.
    pub has_times: bool,
    /// Where there is no interaction, the collector refuses: an empty file is an error that names the file.
    read: fn(&mut Input<'_>, &ReadOptions) -> Result<RawInteractions>,
}

impl Reader {
    /// The format of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        READERS.iter().copied().find(|reader| reader.name == name)
    }

    /// The format of a file that has the name `path`, where the ending says it: `.csv`.
    pub fn of_file(path: &Path) -> Option<&'static Self> {
        input::has_extension(path, "csv").then_some(&CSV)
    }

    /// The usual names of the files.
    pub fn files(&self) -> Vec<&'static str> {
        self.example.iter().map(|(name, _)| *name).collect()
    }

    /// Whether `path` is a prefix of files of this format: `path.NAME`, with the first of their usual names.
    pub fn is_prefix(&self, path: &Path) -> bool {
        input::is_prefix(path, &self.files())
    }

    /// Reads all of `input`.
    ///
    /// # Errors
    /// With file, line and value: a missing field, what is no number, what is not in the format. When no row is there,
    /// or none is above the threshold: an empty file too.
    pub fn read(&self, mut input: Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
        let raw = (self.read)(&mut input, options)?;
        Ok(RawInteractions { source_files: input.source_files(), ..raw })
    }
}

/// The number in a field, or what is wrong with it.
fn whole_number(name: &str, field: &[u8]) -> Result<u64, String> {
    let number = short_number(field).or_else(|| parsed(field));
    number.ok_or_else(|| refusal(name, field, "not a whole number of 0 or more"))
}

fn text_id<'a>(what: &str, field: &'a [u8]) -> Result<Id<&'a str>, String> {
    let name = std::str::from_utf8(field).ok().filter(|name| !name.is_empty());
    name.map(Id::Name).ok_or_else(|| refusal(what, field, "not a name in UTF-8"))
}

fn finite_number(name: &str, field: &[u8]) -> Result<f64, String> {
    if let Some(number) = short_decimal(field) {
        return Ok(number);
    }
    let number: f64 = parsed(field).ok_or_else(|| refusal(name, field, "not a number"))?;
    if number.is_finite() { Ok(number) } else { Err(refusal(name, field, "not a finite number")) }
}

/// Fields are short, and nearly all are plain: these are read faster than any number is. No number of so many digits is above
/// 2^53, which an `f64` holds exactly.
const SHORT: usize = 15;

/// The number of a few digits and nothing else.
fn short_number(field: &[u8]) -> Option<u64> {
    if field.is_empty() || field.len() > SHORT {
        return None;
    }
    field.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| 10 * number + u64::from(byte - b'0')))
}

/// A number such as 3 or 3.5. Both parts of the quotient are exact, so it is the number that is closest.
fn short_decimal(field: &[u8]) -> Option<f64> {
    const POWERS: [f64; SHORT] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];
    if field.len() > SHORT {
        return None;
    }
    let Some(point) = field.iter().position(|&byte| byte == b'.') else { return Some(short_number(field)? as f64) };
    let (whole, part) = (short_number(&field[..point])?, short_number(&field[point + 1..])?);
    let power = POWERS[field.len() - point - 1];
    Some((whole as f64 * power + part as f64) / power)
}

fn parsed<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn refusal(name: &str, field: &[u8], what: &str) -> String {
    format!("{name} is '{}', {what}", shown(field))
}

/// A value as a message shows it: on one line, and cut when it is long.
fn shown(value: &[u8]) -> String {
    const MOST: usize = 40;
    let text = String::from_utf8_lossy(&value[..value.len().min(4 * MOST)]);
    let head: String = text.chars().take(MOST).collect();
    let cut = if head.len() < value.len() { "…" } else { "" };
    format!("{}{cut}", head.escape_debug())
}

/// What a test sees of a file: line, user, item, rating of each row.
#[cfg(test)]
fn rows(mut rows: impl crate::raw::Rows) -> Result<Vec<(u64, String, String, f64)>, String> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(|error| error.to_string())? {
        let (user, item, rating) = (row.user.to_string(), row.item.to_string(), row.rating);
        all.push((rows.place().line, user, item, rating));
    }
    Ok(all)
}

/// A test's interactions, from a CSV file called FILE.
#[cfg(test)]
pub(crate) fn read_csv_text(text: &str, options: &ReadOptions) -> Result<RawInteractions> {
    CSV.read(Input::stream("FILE", text.as_bytes()), options)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the example of a format after `change` was made to the text of each file.
    fn read(
        reader: &Reader,
        options: &ReadOptions,
        change: impl Fn(&str) -> String,
    ) -> Result<RawInteractions, String> {
        let files: Vec<_> = reader.example.iter().map(|(name, text)| ((*name).to_owned(), change(text))).collect();
        let streams = files.iter().map(|(name, text)| (name.clone(), text.as_bytes()));
        let all = if let [(name, _)] = &files[..] { name } else { "all of them" };
        reader.read(Input::streams(all, streams), options).map_err(|error| error.to_string())
    }

    fn pairs(raw: &RawInteractions) -> Vec<(String, String)> {
        let of = |&(user, item): &(u32, u32)| {
            (raw.user_ids[user as usize].to_string(), raw.item_ids[item as usize].to_string())
        };
        raw.pairs.iter().map(of).collect()
    }

    const RATED: ReadOptions = ReadOptions { min_rating: Some(0.0), by_time: false };

    #[test]
    fn the_example_of_every_format_reads_to_the_same_interactions() {
        let expected = [("7", "1"), ("8", "1"), ("7", "2"), ("8", "2")].map(|(user, item)| (user.into(), item.into()));
        for reader in READERS {
            for ending in ["\n", "\r\n"] {
                let raw = read(reader, &RATED, |text| text.replace('\n', ending)).unwrap();
                assert_eq!((pairs(&raw), raw.rows, raw.duplicates), (expected.to_vec(), 4, 0), "{}", reader.name);
                assert_eq!(raw.user_places.len(), 2, "{}", reader.name);
            }
        }
    }

    #[test]
    fn a_bad_value_is_an_error_with_file_line_and_value_in_every_format_with_ratings() {
        for reader in READERS.iter().filter(|reader| reader.has_ratings) {
            let (file, text) = reader.example[0];
            // The first rating of every example is the first 5 in it.
            let line = text[..text.find('5').unwrap()].matches('\n').count() + 1;
            let message = read(reader, &RATED, |text| text.replacen('5', "five", 1)).unwrap_err();
            let expected = format!("{file}, line {line}: ");
            assert!(message.starts_with(&expected) && message.contains("is 'five', not a number"), "{message}");
            let message = read(reader, &RATED, |text| format!("{text}?\n")).unwrap_err();
            let expected = format!("{file}, line {}: ", text.lines().count() + 1);
            assert!(message.starts_with(&expected) && message.contains("'?'"), "{message}");
        }
    }

    #[test]
    fn an_empty_file_is_an_error_that_names_it_in_every_format() {
        for reader in READERS {
            let name = if reader.example.len() == 1 { reader.example[0].0 } else { "" };
            for empty in ["", "\n\n"] {
                let message = read(reader, &RATED, |_| empty.to_owned()).unwrap_err();
                assert!(message.starts_with(name), "{}: {message}", reader.name);
                let says = message.ends_with(": no interactions in it") || message.ends_with(": the file is empty");
                assert!(says, "{}: {message}", reader.name);
            }
        }
    }

    #[test]
    fn a_threshold_leaves_out_what_is_not_above_it_in_every_format_with_ratings() {
        for reader in READERS.iter().filter(|reader| reader.has_ratings && reader.name != NCF_FILES.name) {
            let raw = read(reader, &ReadOptions { min_rating: Some(3.0), by_time: false }, str::to_owned).unwrap();
            assert_eq!((raw.pairs.len(), raw.item_ids.len(), raw.rows), (2, 1, 4), "{}", reader.name);
        }
    }

    #[test]
    fn by_time_a_file_without_times_is_refused_in_every_format() {
        let by_time = ReadOptions { min_rating: Some(0.0), by_time: true };
        for reader in READERS {
            match read(reader, &by_time, str::to_owned) {
                Ok(raw) => assert!(reader.has_times && raw.pairs.len() == 4, "{}", reader.name),
                Err(message) => {
                    assert!(!reader.has_times && message.contains(": no time, so"), "{}: {message}", reader.name);
                }
            }
        }
    }

    #[test]
    fn a_short_number_is_read_as_any_other_is() {
        for text in
            ["0", "7", "007", "0.0", "3.5", "0.1", "4.35", "2.675", "123456.789", "99999999.999999", "0.000000000001"]
        {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(short_decimal(text.as_bytes()).unwrap().to_bits(), expected.to_bits(), "{text}");
            assert_eq!(finite_number("x", text.as_bytes()), Ok(expected));
        }
        for number in 0..100_000_u32 {
            let text = format!("{}.{:03}", number / 997, number % 997);
            assert_eq!(short_decimal(text.as_bytes()), text.parse().ok(), "{text}");
        }
        for text in ["", ".", "5.", ".5", "-1", "+1", "1e3", "1.2.3", " 1", "1234567890123456", "nan"] {
            assert_eq!(short_decimal(text.as_bytes()), None, "{text}");
            assert_eq!(finite_number("x", text.as_bytes()).ok(), text.parse().ok().filter(|n: &f64| n.is_finite()));
            assert_eq!(whole_number("x", text.as_bytes()).ok(), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn names_are_different_and_descriptions_are_sentences() {
        for (at, reader) in READERS.iter().enumerate() {
            assert!(READERS[..at].iter().all(|other| other.name != reader.name), "{}", reader.name);
            assert!(reader.description.ends_with('.'), "{}", reader.name);
            assert!(std::ptr::eq(Reader::named(reader.name).unwrap(), *reader));
        }
    }
}
