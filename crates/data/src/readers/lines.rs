//! Lines of plain text, with nothing quoted.

use super::shown;
use crate::raw::Place;
use crate::{DataError, Result};
use std::io::{BufRead, BufReader, Read};

/// What some editors put at the start of a file in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads line by line and knows the place of each.
pub(crate) struct Lines<R> {
    source: BufReader<R>,
    text: Vec<u8>,
    place: Place,
}

impl<R: Read> Lines<R> {
    /// `file` is the name for errors.
    pub(crate) fn new(source: R, file: &str) -> Self {
        let place = Place { file: file.into(), line: 0 };
        Self { source: BufReader::with_capacity(1 << 18, source), text: Vec::new(), place }
    }

    /// Goes on to the next line that is not blank, if there is one.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        loop {
            self.text.clear();
            match self.source.read_until(b'\n', &mut self.text) {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(error) => return Err(DataError::io("read", &*self.place.file)(error)),
            }
            self.place.line += 1;
            if self.place.line == 1 && self.text.starts_with(BYTE_ORDER_MARK) {
                self.text.drain(..BYTE_ORDER_MARK.len());
            }
            if !self.text().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The line, without white space around it.
    pub(crate) fn text(&self) -> &[u8] {
        self.text.trim_ascii()
    }

    /// The fields of the line, with `separator` between them. It must not be empty.
    pub(crate) fn fields<const N: usize>(&self, separator: &str, names: [&str; N]) -> Result<[&[u8]; N]> {
        let mut fields = [&[][..]; N];
        let (mut number, mut rest) = (0, Some(self.text()));
        while let Some(text) = rest {
            let end = end_of_field(text, separator.as_bytes());
            if let Some(slot) = fields.get_mut(number) {
                *slot = text[..end].trim_ascii();
            }
            number += 1;
            rest = text.get(end + separator.len()..);
        }
        if number == N {
            return Ok(fields);
        }
        let (text, names) = (shown(self.text()), names.join(", "));
        Err(self.place.problem(format!("'{text}' has {number} fields instead of {N}: {names}")))
    }

    /// The line, what comes after it, and the number of lines before it.
    pub(crate) fn into_rest(self) -> (Vec<u8>, BufReader<R>, u64) {
        (self.text, self.source, self.place.line - 1)
    }

    /// The place of the line.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }
}

/// Where the first field ends: at the separator, or where the text ends.
fn end_of_field(text: &[u8], separator: &[u8]) -> usize {
    let starts = |at: &usize| text[*at] == separator[0] && text[*at..].starts_with(separator);
    (0..text.len()).find(starts).unwrap_or(text.len())
}
