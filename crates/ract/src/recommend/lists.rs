//! Recommended lists, as CSV, as lines of JSON, or as Parquet.

use super::parquet::{self, ParquetFile};
use super::{History, Recommended, Titles};
use crate::{Error, Result};
use ract_data::Names;
use serde::Serialize;
use std::io::{BufWriter, Write};
use std::path::Path;

/// How lists are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// A header, then a row for each recommended item: user, rank, item, score; where they are wanted, the metric that the critic
    /// expects for the user, and the title.
    Csv,
    /// A line of JSON for each user: the user, how many items were known and unknown, and the recommended ones.
    Jsonl,
    /// A Parquet file of the rows and columns that CSV has; ids are texts.
    Parquet,
}

impl Form {
    /// The form of a file that has the name `path`: as its ending says, otherwise CSV.
    pub fn of_file(path: &Path) -> Self {
        let has = |extension: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension));
        if has("parquet") {
            Self::Parquet
        } else if has("jsonl") {
            Self::Jsonl
        } else {
            Self::Csv
        }
    }
}

/// Writes one list after the other.
pub struct Lists<'a, W: Write + Send> {
    sink: Sink<W>,
    names: &'a Names,
    titles: Option<&'a Titles>,
    predicts: bool,
}

enum Sink<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(BufWriter<W>),
    Parquet(Box<ParquetFile<W>>),
}

#[derive(Serialize)]
struct List<'a> {
    user: &'a str,
    known: usize,
    unknown: usize,
    /// Whether it is the list for users without items.
    popular: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<f64>,
    items: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    item: &'a str,
    score: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
}

impl<'a, W: Write + Send> Lists<'a, W> {
    /// Writes to `to`.
    ///
    /// # Errors
    /// When that fails.
    pub fn new(to: W, form: Form, names: &'a Names, titles: Option<&'a Titles>, predicts: bool) -> Result<Self> {
        let sink = match form {
            Form::Jsonl => Sink::Jsonl(BufWriter::with_capacity(1 << 16, to)),
            Form::Parquet => Sink::Parquet(Box::new(ParquetFile::new(to, predicts, titles.is_some()).map_err(failed)?)),
            Form::Csv => {
                let mut csv = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(to);
                let more = [("expected", predicts), ("title", titles.is_some())];
                let more = more.into_iter().filter(|(_, is_wanted)| *is_wanted).map(|(name, _)| name);
                csv.write_record(["user", "rank", "item", "score"].into_iter().chain(more)).map_err(failed)?;
                Sink::Csv(Box::new(csv))
            }
        };
        Ok(Self { sink, names, titles, predicts })
    }

    /// Writes the list of a user, of whose items `known` are known.
    ///
    /// # Errors
    /// When that fails.
    pub fn write(&mut self, of: &History, known: usize, list: &Recommended) -> Result<()> {
        let title = |item: &str| self.titles.map(|titles| titles.of(item));
        match &mut self.sink {
            Sink::Csv(csv) => {
                let expected = list.expected.map(|expected| format!("{expected:.4}")).unwrap_or_default();
                let expected = self.predicts.then_some(&*expected);
                for (rank, &(item, score)) in (1_usize..).zip(&list.items) {
                    let item = self.names.item(item);
                    let (rank, score) = (rank.to_string(), score.to_string());
                    let fields = [&of.user, &rank, item, &score].into_iter().chain(expected).chain(title(item));
                    csv.write_record(fields).map_err(failed)?;
                }
                Ok(())
            }
            Sink::Jsonl(to) => {
                let entry = |&(item, score): &(u32, f32)| {
                    let item = self.names.item(item);
                    Entry { item, score, title: title(item).filter(|title| !title.is_empty()) }
                };
                let unknown = of.items.len() - known;
                let items = list.items.iter().map(entry).collect();
                let list = List { user: &of.user, known, unknown, popular: known == 0, expected: list.expected, items };
                serde_json::to_writer(&mut *to, &list).map_err(failed)?;
                to.write_all(b"\n").map_err(failed)
            }
            Sink::Parquet(file) => {
                let entry = |(rank, &(item, score)): (usize, &(u32, f32))| {
                    let item = self.names.item(item);
                    parquet::Entry { rank, item, score, title: title(item) }
                };
                file.write(&of.user, list.expected, (1..).zip(&list.items).map(entry)).map_err(failed)
            }
        }
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// When that fails.
    pub fn finish(self) -> Result<()> {
        match self.sink {
            Sink::Csv(mut csv) => csv.flush().map_err(failed),
            Sink::Jsonl(mut to) => to.flush().map_err(failed),
            Sink::Parquet(file) => file.finish().map_err(failed),
        }
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Failed(format!("cannot write the lists: {error}"))
}
