//! Lines of plain text, with nothing quoted.

use super::{Place, shown};
use crate::{DataError, Result};
use std::io::{BufRead, BufReader, Read};

/// Reads line by line and knows where it stands.
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
            let read = self.source.read_until(b'\n', &mut self.text);
            if read.map_err(DataError::io("read", &*self.place.file))? == 0 {
                return Ok(false);
            }
            self.place.line += 1;
            if !self.text().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The line, without white space around it.
    pub(crate) fn text(&self) -> &[u8] {
        self.text.trim_ascii()
    }

    /// The parts of the line.
    pub(crate) fn fields<const N: usize>(&self, separator: u8, names: [&str; N]) -> Result<[&[u8]; N]> {
        let mut fields = [&[][..]; N];
        let mut number = 0;
        for field in self.text().split(|&byte| byte == separator) {
            if let Some(slot) = fields.get_mut(number) {
                *slot = field.trim_ascii();
            }
            number += 1;
        }
        if number == N {
            return Ok(fields);
        }
        let (text, names) = (shown(self.text()), names.join(", "));
        Err(self.place.problem(format!("'{text}' has {number} fields instead of {N}: {names}")))
    }

    /// Where the line stands.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }
}
