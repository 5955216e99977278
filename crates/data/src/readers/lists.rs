//! A line `user item item ...` for each user, with spaces between them: LightGCN's files.

use super::Reader;
use super::input::{Input, InputFile};
use super::lines::Lines;
use super::table::id;
use crate::raw::{Collector, Place, ReadOptions, Row, Rows};
use crate::{RawInteractions, Result};
use std::io::Read;

/// `train.txt` of LightGCN's data sets. Items have neither ratings nor times.
pub(crate) static LISTS: Reader = Reader {
    name: "lists",
    description: "A line `USER ITEM ITEM ...` for each user, with spaces between them, without ratings.",
    example: &[("train.txt", "7 1\n8 1\n7 2\n8 2\n")],
    has_ratings: false,
    has_times: false,
    read,
};

fn read(input: &mut Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
    let mut all = Collector::new(options);
    while let Some(InputFile { source, name }) = input.next()? {
        all.add(Lists { lines: Lines::new(source, &name), at: None })?;
    }
    all.finish(input.name())
}

struct Lists<R> {
    lines: Lines<R>,
    /// Where the next item of the line starts.
    at: Option<usize>,
}

impl<R: Read> Rows for Lists<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        let mut at = self.at.unwrap_or(0);
        while at == 0 {
            if !self.lines.advance()? {
                return Ok(None);
            }
            at = field(self.lines.text(), 0).1; // a user without items is passed over
        }
        let text = self.lines.text();
        let problem = |problem| self.lines.place().problem(problem);
        let (item, next) = field(text, at);
        let user = id("user", field(text, 0).0).map_err(problem)?;
        let item = id("item", item).map_err(problem)?;
        self.at = Some(next).filter(|&next| next > 0);
        Ok(Some(Row { user, item, rating: 1.0, time: None }))
    }

    fn place(&self) -> Place {
        self.lines.place().clone()
    }
}

/// The field that starts at `from`, and where the next one starts; 0 after the last.
fn field(text: &[u8], from: usize) -> (&[u8], usize) {
    let end = text[from..].iter().position(u8::is_ascii_whitespace).map_or(text.len(), |len| from + len);
    let next = text[end..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(0, |gap| end + gap);
    (&text[from..end], next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::rows;

    #[test]
    fn users_without_items_are_passed_over_and_ids_may_be_names() {
        let lists = Lists { lines: Lines::new("0\n1 5  7\r\n\nann x\n".as_bytes(), "FILE"), at: None };
        let row = |line, user: &str, item: &str| (line, user.to_owned(), item.to_owned(), 1.0);
        assert_eq!(rows(lists).unwrap(), [row(2, "1", "5"), row(2, "1", "7"), row(4, "ann", "x")]);
    }
}
