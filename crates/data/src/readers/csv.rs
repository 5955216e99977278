//! CSV files with a column of users and a column of items, one pair a line.

use super::input::{Input, InputFile};
use super::records::Records;
use super::{Reader, finite_number, shown, whole_number};
use crate::raw::{Collector, Id, Place, ReadOptions, Row, Rows};
use crate::{DataError, RawInteractions, Result};
use std::io::Read;

/// `ratings.csv` of MovieLens 20M, or plain `user,item`. Other columns are ignored, but every line must have as many fields
/// as the header, and no field has a line break within quotes: after an error in the quotes it would take in other lines.
pub static CSV: Reader = Reader {
    name: "csv",
    description: "A CSV file with the columns userId or user, movieId or item, and, where they count, rating and timestamp.",
    example: &[(
        "ratings.csv",
        "userId,movieId,rating,timestamp\n7,1,5,1112486027\n8,1,4,1112486028\n7,2,3,1112486029\n8,2,2,1112486030\n",
    )],
    has_ratings: true,
    has_times: true,
    read,
};

fn read(input: &mut Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
    let header = if options.by_time { RAW_TIMED } else { RAW };
    let mut all = Collector::new(options);
    while let Some(InputFile { source, name }) = input.next()? {
        all.add(PairFile::new(source, &name, header, options.min_rating.is_some())?)?;
    }
    all.finish(input.name())
}

/// What the columns may be called.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    pub(crate) user: &'static [&'static str],
    pub(crate) item: &'static [&'static str],
    /// Empty where the time is not wanted.
    pub(crate) time: &'static [&'static str],
}

/// The files that a prepared folder holds.
pub(crate) const PREPARED: Header = Header { user: &["uid"], item: &["sid"], time: &[] };
/// Raw interactions: MovieLens, or plain.
const RAW: Header = Header { user: &["userId", "user"], item: &["movieId", "item"], time: &[] };
/// The same, when the time counts.
const RAW_TIMED: Header = Header { time: &["timestamp"], ..RAW };
const RATING: &str = "rating";

/// Reads pairs and knows the place of each, for errors.
pub(crate) struct PairFile<R> {
    records: Records<R>,
    /// Number of columns.
    width: usize,
    user: Column,
    item: Column,
    rating: Option<Column>,
    time: Option<Column>,
}

struct Column {
    name: &'static str,
    index: usize,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) user: u64,
    pub(crate) item: u64,
    /// 1 where the ratings are not wanted.
    pub(crate) rating: f64,
    /// `None` where the time is not wanted.
    pub(crate) time: Option<f64>,
}

impl<R: Read> PairFile<R> {
    /// `file` is the name for errors.
    pub(crate) fn new(reader: R, file: &str, header: Header, with_ratings: bool) -> Result<Self> {
        let problem = |problem: String| Place { file: file.into(), line: 1 }.problem(problem);
        let mut records = Records::new(reader, file);
        if !records.advance()? {
            return Err(problem("the file is empty".to_owned()));
        }
        if let Some(name) = records.broken_field() {
            return Err(problem(broken(name)));
        }
        let names: Vec<_> = records.fields().map(|name| shown(name.trim_ascii())).collect();
        let column = |wanted: &[&'static str]| {
            let is_wanted = |name: &&String| wanted.contains(&name.as_str());
            let (number, shown) = (names.iter().filter(is_wanted).count(), names.join(", "));
            let known = wanted.iter().find_map(|&name| Some((name, names.iter().position(|n| n == name)?)));
            match (known, wanted.join(" or ")) {
                (None, wanted) => Err(problem(format!("no column {wanted}; its columns are: {shown}"))),
                (Some(_), wanted) if number > 1 => {
                    Err(problem(format!("{number} columns {wanted}; its columns are: {shown}")))
                }
                (Some((name, index)), _) => Ok(Column { name, index }),
            }
        };
        let rating = if with_ratings { Some(column(&[RATING])?) } else { None };
        let time = if header.time.is_empty() { None } else { Some(column(header.time)?) };
        let (user, item) = (column(header.user)?, column(header.item)?);
        Ok(Self { records, width: names.len(), user, item, rating, time })
    }

    /// The pair of the next line, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Pair>> {
        if !self.records.advance()? {
            return Ok(None);
        }
        if let Some(field) = self.records.broken_field() {
            return Err(self.problem(broken(field)));
        }
        let found = self.records.len();
        if found != self.width {
            let text = shown(&self.records.fields().collect::<Vec<_>>().join(&b','));
            return Err(self.problem(format!("'{text}' has {found} fields, and the header has {}", self.width)));
        }
        Ok(Some(Pair {
            user: self.id(&self.user)?,
            item: self.id(&self.item)?,
            rating: self.rating.as_ref().map_or(Ok(1.0), |column| self.finite(column))?,
            time: self.time.as_ref().map(|column| self.finite(column)).transpose()?,
        }))
    }

    /// What is wrong with the last pair.
    pub(crate) fn problem(&self, problem: String) -> DataError {
        self.records.place().problem(problem)
    }

    fn id(&self, column: &Column) -> Result<u64> {
        whole_number(column.name, self.field(column)).map_err(|problem| self.problem(problem))
    }

    fn finite(&self, column: &Column) -> Result<f64> {
        finite_number(column.name, self.field(column)).map_err(|problem| self.problem(problem))
    }

    fn field(&self, column: &Column) -> &[u8] {
        self.records.field(column.index).trim_ascii()
    }
}

impl<R: Read> Rows for PairFile<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        let pair = self.next()?;
        let row =
            |Pair { user, item, rating, time }| Row { user: Id::Number(user), item: Id::Number(item), rating, time };
        Ok(pair.map(row))
    }

    fn place(&self) -> Place {
        self.records.place()
    }
}

fn broken(field: &[u8]) -> String {
    format!("'{}' has a line break within quotes", shown(field.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str, with_ratings: bool) -> Result<Vec<(u64, Pair)>> {
        let mut file = PairFile::new(text.as_bytes(), "x.csv", RAW, with_ratings)?;
        let mut pairs = Vec::new();
        while let Some(pair) = file.next()? {
            pairs.push((file.records.place().line, pair));
        }
        Ok(pairs)
    }

    fn error(text: &str) -> String {
        pairs(text, true).unwrap_err().to_string()
    }

    #[test]
    fn columns_are_found_by_name() {
        let pair = Pair { user: 7, item: 9, rating: 3.5, time: None };
        assert_eq!(pairs("when,item,rating,user\n1,9,3.5,7\n", true).unwrap(), [(2, pair)]);
        let pair = Pair { user: 7, item: 9, rating: 1.0, time: None };
        assert_eq!(pairs("userId,movieId,rating\n7,9,bad\n", false).unwrap(), [(2, pair)]);
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for text in ["user,item\n1,2\n\n3,4\n", "user,item\r\n1,2\r\n\r\n3,4\r\n", "user,item\n1,2\n \n3,4"] {
            let lines: Vec<_> = pairs(text, false).unwrap().into_iter().map(|(line, _)| line).collect();
            assert_eq!(lines, [2, 4], "{text:?}");
        }
    }

    #[test]
    fn an_error_names_file_line_column_and_value() {
        assert_eq!(error(""), "x.csv, line 1: the file is empty");
        assert_eq!(error("user,item\n1,2\n"), "x.csv, line 1: no column rating; its columns are: user, item");
        assert_eq!(
            error("a,item,rating\n"),
            "x.csv, line 1: no column userId or user; its columns are: a, item, rating"
        );
        assert_eq!(
            error("user,item,rating\n1,2,3\n1,x,3\n"),
            "x.csv, line 3: item is 'x', not a whole number of 0 or more"
        );
        assert_eq!(error("user,item,rating\n1,2,NaN\n"), "x.csv, line 2: rating is 'NaN', not a finite number");
        assert_eq!(
            error("user,item,rating\n1,\"2\n3,4,5\n6,7,8\n"),
            "x.csv, line 2: '2\\n3,4,5\\n6,7,8' has a line break within quotes"
        );
        let long = format!("user,item,rating\n1,{},3\n", "9".repeat(1000));
        assert_eq!(
            error(&long),
            format!("x.csv, line 2: item is '{}…', not a whole number of 0 or more", "9".repeat(40))
        );
        assert_eq!(error("user,item,rating\n1,2\n"), "x.csv, line 2: '1,2' has 2 fields, and the header has 3");
    }

    #[test]
    fn a_quote_that_is_not_closed_takes_in_no_other_lines() {
        for column in ["title,user,item", "user,title,item", "user,item,title"] {
            let row = |k: usize, title: &str| {
                column.replace("title", title).replace("user", &k.to_string()).replace("item", "1")
            };
            let text = format!("{column}\n{}\n{}\n{}\n", row(1, "a"), row(2, "\"b"), row(3, "c"));
            let message = pairs(&text, false).unwrap_err().to_string();
            assert!(
                message.starts_with("x.csv, line 3: ") && message.contains("line break within quotes"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_quote_in_the_header_that_is_not_closed_takes_in_no_other_lines() {
        for rest in ["\n1,2,x\n3,4,y\n", "\n1,2,x\n3,4,y\",\"\n5,6,z\n", "\n1,2,\"\n3,4,y\n"] {
            let message = pairs(&format!("user,item,\"title{rest}"), false).unwrap_err().to_string();
            assert!(message.starts_with("x.csv, line 1: 'title\\n1,2,"), "{message}");
            assert!(message.ends_with("has a line break within quotes"), "{message}");
        }
    }

    #[test]
    fn a_column_that_is_there_twice_is_refused() {
        let message = pairs("user,item,item\n1,2,3\n", false).unwrap_err().to_string();
        assert_eq!(message, "x.csv, line 1: 2 columns movieId or item; its columns are: user, item, item");
        let message = pairs("userId,user,item\n1,2,3\n", false).unwrap_err().to_string();
        assert_eq!(message, "x.csv, line 1: 2 columns userId or user; its columns are: userId, user, item");
    }
}
