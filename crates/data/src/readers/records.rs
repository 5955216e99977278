//! The lines of a CSV file as fields. As long as nothing is quoted, they are split without a CSV reader, in a third of the time.

use super::lines::Lines;
use crate::raw::Place;
use crate::{DataError, Result};
use csv::ByteRecord;
use std::io::{BufReader, Chain, Cursor, Read};
use std::sync::Arc;

/// Reads line by line and knows the place of each. Blank lines are left out.
pub(super) struct Records<R> {
    file: Arc<str>,
    source: Source<R>,
    /// Where the fields of a line without quotes end.
    ends: Vec<usize>,
    /// The fields, once a CSV reader reads.
    record: ByteRecord,
}

enum Source<R> {
    Plain(Lines<R>),
    /// From the first line with a quote on, and the number of lines before it.
    Quoted(Box<csv::Reader<Rest<R>>>, u64),
    /// While the one is made from the other.
    None,
}

/// A line, what comes after it, and a line feed: every record ends with one, which makes its line number certain.
type Rest<R> = Chain<Chain<Cursor<Vec<u8>>, BufReader<R>>, &'static [u8]>;

impl<R: Read> Records<R> {
    /// `file` is the name for errors.
    pub(super) fn new(source: R, file: &str) -> Self {
        let source = Source::Plain(Lines::new(source, file));
        Self { file: file.into(), source, ends: Vec::new(), record: ByteRecord::new() }
    }

    /// Goes on to the next line that is not blank, if there is one.
    pub(super) fn advance(&mut self) -> Result<bool> {
        if let Source::Plain(lines) = &mut self.source {
            if !lines.advance()? {
                return Ok(false);
            }
            if find_ends(lines.text(), &mut self.ends) {
                return Ok(true);
            }
            if let Source::Plain(lines) = std::mem::replace(&mut self.source, Source::None) {
                let (line, rest, before) = lines.into_rest();
                let mut csv = csv::ReaderBuilder::new();
                csv.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n')).buffer_capacity(1 << 18);
                let rest = Cursor::new(line).chain(rest).chain(b"\n".as_slice());
                self.source = Source::Quoted(Box::new(csv.from_reader(rest)), before);
            }
        }
        let Source::Quoted(csv, _) = &mut self.source else { return Ok(false) };
        loop {
            let read = csv.read_byte_record(&mut self.record).map_err(|error| DataError::File {
                file: self.file.to_string(),
                problem: format!("cannot be read: {error}"),
            })?;
            let is_blank = self.record.len() == 1 && self.record[0].trim_ascii().is_empty();
            if !read || !is_blank {
                return Ok(read);
            }
        }
    }

    /// Number of fields of the line.
    pub(super) fn len(&self) -> usize {
        if let Source::Plain(_) = self.source { self.ends.len() } else { self.record.len() }
    }

    /// A field of the line; empty when it has fewer.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        let Source::Plain(lines) = &self.source else { return self.record.get(index).unwrap_or_default() };
        let Some(&end) = self.ends.get(index) else { return &[] };
        let start = if index == 0 { 0 } else { self.ends[index - 1] + 1 };
        &lines.text()[start..end]
    }

    /// All fields of the line.
    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.field(index))
    }

    /// The field that has a line break in it, if there is one: it is within quotes.
    pub(super) fn broken_field(&self) -> Option<&[u8]> {
        if let Source::Plain(_) = self.source {
            return None;
        }
        self.fields().find(|field| field.contains(&b'\n'))
    }

    /// The place of the line.
    pub(super) fn place(&self) -> Place {
        match &self.source {
            Source::Plain(lines) => lines.place().clone(),
            Source::Quoted(csv, before) => {
                let record = self.record.as_slice();
                let breaks_within = record.iter().filter(|&&byte| byte == b'\n').count() as u64;
                // A quote that is never closed takes in all the rest of the file, its last line feed too: none ends the record.
                let ending = u64::from(record.last() != Some(&b'\n'));
                Place { file: self.file.clone(), line: before + csv.position().line() - ending - breaks_within }
            }
            Source::None => Place { file: self.file.clone(), line: 1 },
        }
    }
}

/// Finds where the fields of a line end. False when something is quoted.
fn find_ends(text: &[u8], ends: &mut Vec<usize>) -> bool {
    ends.clear();
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b',' => ends.push(at),
            b'"' => return false,
            _ => {}
        }
    }
    ends.push(text.len());
    true
}
