//! Parquet files: the columns of users, items, ratings and times are found by their names, as those of a table are.

mod pages;
mod values;

use self::values::{IDS, NUMBERS, Values};
use super::columns::{Column, ColumnNames, Columns};
use super::input::Input;
use crate::raw::{Collector, Place, ReadOptions, Row, Rows};
use crate::{DataError, RawInteractions, Result};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// How a Parquet file begins.
const MAGIC: &[u8] = b"PAR1";

/// Whether a file that begins so is a Parquet file: a text has no zeros.
pub(super) fn is_parquet(first: &[u8]) -> bool {
    first.starts_with(MAGIC) && first.contains(&0)
}

/// Which columns of a Parquet file are read.
pub(super) struct Parquet(Columns);

impl Parquet {
    /// Of the file at `path`, with its first ratings, as far as they are numbers.
    ///
    /// # Errors
    /// When it is damaged, compressed, or in an archive; when a column is not there or cannot be told from others.
    pub(super) fn at(path: &Path, names: &ColumnNames) -> Result<(Self, Vec<f64>)> {
        let name = path.display().to_string();
        let mut magic = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut magic));
        read.map_err(DataError::io("read", path))?;
        if magic != MAGIC {
            let problem = "a Parquet file that is compressed or in an archive: unpack it and name the file".to_owned();
            return Err(DataError::File { file: name, problem });
        }
        let file = open(File::open(path).map_err(DataError::io("read", path))?, &name)?;
        let all = file.metadata().file_metadata().schema_descr().columns();
        let all: Vec<_> = all.iter().map(|column| column.path().string()).collect();
        let columns = Columns::named(&all, names).map_err(|problem| refused(&name, problem))?;
        let mut ratings = Vec::new();
        if let Some(column) = &columns.rating
            && let Ok(mut values) = Values::of(&file, column, NUMBERS)
            && file.num_row_groups() > 0
        {
            sound(&name, || values.start(&file, 0).and_then(|()| values.advance()))?;
            ratings = values.numbers().collect();
        }
        Ok((Self(columns), ratings))
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.0
    }

    /// Reads the file of `input`.
    ///
    /// # Errors
    /// With file, row and value: an id that is none, a rating or a time that is no number. When the file is damaged.
    pub(super) fn read(&self, mut input: Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
        let mut all = Collector::new(options);
        let (file, name) = input.whole()?;
        all.add(ParquetRows::new(open(file, &name)?, &self.0, &name, options)?)?;
        let raw = all.finish(input.name())?;
        Ok(RawInteractions { source_files: input.source_files(), ..raw })
    }
}

impl fmt::Display for Parquet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parquet; {}", self.0)
    }
}

fn open(file: File, name: &str) -> Result<SerializedFileReader<File>> {
    sound(name, || SerializedFileReader::new(file))
}

/// What `read` gives. Should a damaged file break an assert of the crate that reads it, that is an error as others are.
fn sound<T>(file: &str, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T> {
    let broken = |_| Err(ParquetError::General("what it says of itself contradicts itself".to_owned()));
    let found = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(broken);
    found.map_err(|error| refused(file, format!("not a usable Parquet file ({})", error.to_string().escape_debug())))
}

fn refused(file: &str, problem: String) -> DataError {
    DataError::File { file: file.to_owned(), problem }
}

/// The rows of a file.
struct ParquetRows {
    file: SerializedFileReader<File>,
    name: Arc<str>,
    /// Number of row groups that were begun.
    groups: usize,
    user: Values,
    item: Values,
    rating: Option<Values>,
    time: Option<Values>,
    /// The place of the next row among those in memory.
    at: usize,
    /// The number of the last row, from 1.
    row: u64,
    /// Ids that are numbers below 0, as text.
    texts: [String; 2],
}

impl ParquetRows {
    fn new(file: SerializedFileReader<File>, columns: &Columns, name: &str, options: &ReadOptions) -> Result<Self> {
        let values = |column: &Column, types| Values::of(&file, column, types).map_err(|what| refused(name, what));
        let numbers = |column: &Option<Column>, is_wanted: bool| {
            column.as_ref().filter(|_| is_wanted).map(|column| values(column, NUMBERS)).transpose()
        };
        let (user, item) = (values(&columns.user, IDS)?, values(&columns.item, IDS)?);
        let (rating, time) =
            (numbers(&columns.rating, options.min_rating.is_some())?, numbers(&columns.time, options.by_time)?);
        Ok(Self { file, name: name.into(), groups: 0, user, item, rating, time, at: 0, row: 0, texts: <_>::default() })
    }

    /// Whether there is another row; it is in memory then.
    fn advance(&mut self) -> Result<bool> {
        let Self { file, name, groups, user, item, rating, time, at, .. } = self;
        let mut columns: Vec<_> = [user, item].into_iter().chain(rating).chain(time).collect();
        while *at >= columns[0].len() {
            sound(name, || columns.iter_mut().try_for_each(|column| column.advance()))?;
            *at = 0;
            if columns.iter().any(|column| column.len() != columns[0].len()) {
                return Err(refused(name, "not a usable Parquet file (its columns have different lengths)".to_owned()));
            }
            if columns[0].len() == 0 {
                if *groups == file.num_row_groups() {
                    return Ok(false);
                }
                sound(name, || columns.iter_mut().try_for_each(|column| column.start(file, *groups)))?;
                *groups += 1;
            }
        }
        Ok(true)
    }
}

impl Rows for ParquetRows {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        if self.at == self.user.len() && !self.advance()? {
            return Ok(None);
        }
        self.row += 1;
        let at = self.at;
        self.at += 1;
        let Self { name, row, user, item, rating, time, texts: [user_text, item_text], .. } = self;
        let problem = |problem| refused(name, format!("row {row}: {problem}"));
        Ok(Some(Row {
            user: user.id(at, user_text).map_err(problem)?,
            item: item.id(at, item_text).map_err(problem)?,
            rating: rating.as_ref().map_or(Ok(1.0), |values| values.number(at)).map_err(problem)?,
            time: time.as_ref().map(|values| values.time(at)).transpose().map_err(problem)?,
        }))
    }

    fn place(&self) -> Place {
        Place { file: self.name.clone(), line: self.row }
    }
}

#[cfg(test)]
mod tests;
