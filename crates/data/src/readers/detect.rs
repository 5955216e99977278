//! Which format a file has, by its first lines.

use super::columns::{ColumnNames, Columns};
use super::input::Input;
use super::parquet::{Parquet, is_parquet};
use super::table::Table;
use super::{CHECKINS, DAT, LASTFM, LISTS, NETFLIX_PRIZE, Reader, checkins, lastfm};
use crate::{DataError, RawInteractions, ReadOptions, Result};
use std::fmt;
use std::path::Path;

/// A file whose format was found by its content.
pub struct Found {
    format: Format,
    /// The first ratings.
    ratings: Vec<f64>,
}

enum Format {
    Known(&'static Reader),
    Table(Table),
    Parquet(Parquet),
}

impl Format {
    /// The columns that were found; a known format has its own.
    fn columns(&self) -> Option<&Columns> {
        match self {
            Self::Known(_) => None,
            Self::Table(table) => Some(table.columns()),
            Self::Parquet(parquet) => Some(parquet.columns()),
        }
    }

    fn is_lists(&self) -> bool {
        matches!(self, Self::Known(reader) if std::ptr::eq(*reader, &LISTS))
    }
}

impl Found {
    /// Looks at the first lines of the file at `path`, which may be compressed. With names of columns, it must be a
    /// table or a Parquet file.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged, and as for [`Table::of`].
    pub fn at(path: &Path, columns: &ColumnNames) -> Result<Self> {
        let (lines, file) = Input::of_any(path)?.first_lines()?;
        if is_parquet(&lines) {
            let (parquet, ratings) = Parquet::at(path, columns)?;
            return Ok(Self { format: Format::Parquet(parquet), ratings });
        }
        let mut texts = lines.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let Some(first) = texts.next() else {
            return Err(DataError::File { file, problem: "the file is empty".to_owned() });
        };
        let known = if *columns != ColumnNames::default() {
            None
        } else if first.strip_suffix(b":").is_some_and(|movie| movie.iter().all(u8::is_ascii_digit)) {
            Some(&NETFLIX_PRIZE)
        } else if first.windows(2).any(|two| two == b"::") {
            Some(&DAT)
        } else if checkins::is_first(first) {
            Some(&CHECKINS)
        } else if lastfm::is_first(first) {
            Some(&LASTFM)
        } else if is_lists(&lines) {
            Some(&LISTS)
        } else {
            None
        };
        Ok(match known {
            Some(reader) => Self { format: Format::Known(reader), ratings: Vec::new() },
            None => {
                let table = Table::of(&lines, columns, &file)?;
                Self { ratings: table.ratings(&lines), format: Format::Table(table) }
            }
        })
    }

    /// Whether the file has ratings.
    pub fn has_ratings(&self) -> bool {
        match &self.format {
            Format::Known(reader) => reader.has_ratings,
            format => format.columns().is_some_and(|columns| columns.rating.is_some()),
        }
    }

    /// Whether the file has times.
    pub fn has_times(&self) -> bool {
        match &self.format {
            Format::Known(reader) => reader.has_times,
            format => format.columns().is_some_and(|columns| columns.time.is_some()),
        }
    }

    /// The same file beside another of the same publisher. Two items of every user look like an item and a rating; beside a
    /// file of lists they are lists too.
    #[must_use]
    pub fn beside(self, other: &Self) -> Self {
        match &self.format {
            Format::Table(table) if other.format.is_lists() && table.has_spaces() => {
                Self { format: Format::Known(&LISTS), ratings: Vec::new() }
            }
            _ => self,
        }
    }

    /// The threshold to keep ratings above when nobody names one: 3.5 of five stars, as in the published splits. `None`,
    /// when there are no ratings, or they are something else, such as numbers of plays.
    pub fn threshold(&self) -> Option<f64> {
        const STARS: [f64; 2] = [0.5, 5.0];
        match (&self.format, self.format.columns()) {
            (_, Some(columns)) => {
                let [least, most] = [f64::min, f64::max].map(|of| self.ratings.iter().copied().reduce(of));
                columns.may_have_stars() && least < most && least >= Some(STARS[0]) && most <= Some(STARS[1])
            }
            (Format::Known(reader), None) => std::ptr::eq(*reader, &NETFLIX_PRIZE) || std::ptr::eq(*reader, &DAT),
            _ => false,
        }
        .then_some(3.5)
    }

    /// Reads all of `input`.
    ///
    /// # Errors
    /// As for [`Reader::read`].
    pub fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
        match &self.format {
            Format::Known(reader) => reader.read(input, options),
            Format::Table(table) => table.read(input, options),
            Format::Parquet(parquet) => parquet.read(input, options),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.format {
            Format::Known(reader) => f.write_str(reader.description.trim_end_matches('.')),
            Format::Table(table) => write!(f, "a table: {table}"),
            Format::Parquet(parquet) => parquet.fmt(f),
        }
    }
}

/// Whether the lines are ids with spaces between them: not the same number in each, or more than user, item, rating, and time.
fn is_lists(lines: &[u8]) -> bool {
    let mut numbers = lines.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let fields = |line: &[u8]| line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty()).count();
    let has_others = lines.iter().any(|byte| b"\t,;|\"".contains(byte));
    let first = numbers.next().map(fields);
    !has_others && (first > Some(4) || numbers.any(|line| Some(fields(line)) != first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::READERS;
    use std::io::Write;

    fn found(bytes: &[u8]) -> Found {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Found::at(file.path(), &ColumnNames::default()).unwrap()
    }

    fn pairs(path: &Path, found: &Found) -> Vec<(String, String)> {
        let raw = found.read(Input::of_any(path).unwrap(), &ReadOptions::default()).unwrap();
        let of = |&(user, item): &(u32, u32)| {
            (raw.user_ids[user as usize].to_string(), raw.item_ids[item as usize].to_string())
        };
        let mut pairs: Vec<_> = raw.pairs.iter().map(of).collect();
        pairs.sort();
        pairs
    }

    /// The example of every format says the same. NCF's files are three, and are read by their prefix.
    #[test]
    fn the_example_of_every_format_is_known_by_its_content_plain_and_compressed() {
        let expected = [("7", "1"), ("7", "2"), ("8", "1"), ("8", "2")].map(|(user, item)| (user.into(), item.into()));
        for reader in READERS.iter().filter(|reader| reader.example.len() == 1) {
            let text = reader.example[0].1.as_bytes();
            // Two users with two items each could be a table of three columns.
            let text = if std::ptr::eq(*reader, &LISTS) { b"7 1 2\n8 2 1\n9\n".as_slice() } else { text };
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(text).unwrap();
            for bytes in [text.to_vec(), gzip.finish().unwrap(), zstd::encode_all(text, 1).unwrap()] {
                let mut file = tempfile::NamedTempFile::new().unwrap();
                file.write_all(&bytes).unwrap();
                let found = Found::at(file.path(), &ColumnNames::default()).unwrap();
                assert_eq!(pairs(file.path(), &found), expected, "{}: {found}", reader.name);
            }
        }
    }

    #[test]
    fn two_items_of_every_user_are_lists_beside_lists() {
        let (two, lists, tabs) = (b"1 5 3\n2 4 1\n", b"1 5 3\n2 4\n", b"1\t5\t3\n2\t4\t1\n");
        assert!(found(two).has_ratings());
        assert!(found(two).beside(&found(two)).has_ratings());
        assert!(!found(two).beside(&found(lists)).has_ratings());
        assert!(found(tabs).beside(&found(lists)).has_ratings());
    }

    #[test]
    fn only_stars_have_a_threshold() {
        assert_eq!(found(b"user,item,rating\n1,2,5\n1,3,0.5\n").threshold(), Some(3.5));
        assert_eq!(found(b"1::2::5::9\n").threshold(), Some(3.5));
        for text in [
            "user,item\n1,2\n",
            "user,item,rating\n1,2,1\n1,3,1\n",
            "user,item,rating\n1,2,90\n1,3,1\n",
            "user,item,plays\n1,2,5\n1,3,1\n",
        ] {
            assert_eq!(found(text.as_bytes()).threshold(), None, "{text}");
        }
    }
}
