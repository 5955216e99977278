//! The taste profile of the Million Song Dataset: a line `USER song plays` for each pair, with tabs between them.

use super::input::{Input, InputFile};
use super::lines::Lines;
use super::{Reader, finite_number, text_id};
use crate::raw::{Collector, Place, ReadOptions, Row, Rows};
use crate::{RawInteractions, Result};
use std::io::Read;

/// `train_triplets.txt`; more plays than the threshold are wanted.
pub(crate) static TRIPLETS: Reader = Reader {
    name: "triplets",
    description: "A line `USER SONG PLAYS` for each interaction, with tabs between them; users and songs have names.",
    example: &[("train_triplets.txt", "7\t1\t5\n8\t1\t4\n7\t2\t3\n8\t2\t2\n")],
    has_ratings: true,
    has_times: false,
    read,
};

fn read(input: &mut Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
    let mut all = Collector::new(options);
    while let Some(InputFile { source, name }) = input.next()? {
        all.add(Triplets::new(source, &name))?;
    }
    all.finish(input.name())
}

/// Reads user, song and how often the one played the other; users and songs have names.
struct Triplets<R>(Lines<R>);

impl<R: Read> Triplets<R> {
    /// `file` is the name for errors.
    fn new(source: R, file: &str) -> Self {
        Self(Lines::new(source, file))
    }
}

impl<R: Read> Rows for Triplets<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        let Self(lines) = self;
        if !lines.advance()? {
            return Ok(None);
        }
        let problem = |problem| lines.place().problem(problem);
        let [user, song, plays] = lines.fields("\t", ["user", "song", "plays, with tabs between them"])?;
        Ok(Some(Row {
            user: text_id("user", user).map_err(problem)?,
            item: text_id("song", song).map_err(problem)?,
            rating: finite_number("plays", plays).map_err(problem)?,
            time: None,
        }))
    }

    fn place(&self) -> Place {
        self.0.place().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::rows;

    #[test]
    fn users_and_songs_are_names_even_when_they_look_like_numbers() {
        let found = rows(Triplets::new("b8\tSOA\t2\n\n07\t7\t1\n".as_bytes(), "FILE")).unwrap();
        let row = |line, user: &str, song: &str, plays| (line, user.to_owned(), song.to_owned(), plays);
        assert_eq!(found, [row(1, "b8", "SOA", 2.0), row(3, "07", "7", 1.0)]);
        let with_mark = rows(Triplets::new("\u{feff}b8\tSOA\t2\n".as_bytes(), "FILE")).unwrap();
        assert_eq!(with_mark, [row(1, "b8", "SOA", 2.0)]);
    }

    #[test]
    fn an_error_names_file_line_and_value() {
        for (text, message) in [
            ("a\tb\t1\na\tb\n", "line 2: 'a\\tb' has 2 fields instead of 3: user, song, plays, with tabs between them"),
            ("a b 1\n", "line 1: 'a b 1' has 1 fields instead of 3: user, song, plays, with tabs between them"),
            ("a\tb\tone\n", "line 1: plays is 'one', not a number"),
            ("a\t\t1\n", "line 1: song is '', not a name in UTF-8"),
        ] {
            assert_eq!(rows(Triplets::new(text.as_bytes(), "FILE")).unwrap_err(), format!("FILE, {message}"));
        }
        let latin = rows(Triplets::new(&b"a\tb\t1\n\xe9\tb\t1\n"[..], "FILE")).unwrap_err();
        assert_eq!(latin, "FILE, line 2: user is '\u{fffd}', not a name in UTF-8");
    }
}
