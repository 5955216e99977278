//! The taste profile of the Million Song Dataset: a line `USER song plays` for each pair, with tabs between them.

use super::lines::Lines;
use super::{Id, Place, Row, Rows, finite_number, refusal};
use crate::Result;
use std::io::Read;

/// Reads user, song and how often the one played the other; users and songs have names.
pub(crate) struct Triplets<R>(Lines<R>);

impl<R: Read> Triplets<R> {
    /// `file` is the name for errors.
    pub(crate) fn new(source: R, file: &str) -> Self {
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
        let [user, song, plays] = lines.fields(b'\t', ["user", "song", "plays, with tabs between them"])?;
        Ok(Some(Row {
            user: name("user", user).map_err(problem)?,
            item: name("song", song).map_err(problem)?,
            rating: finite_number("plays", plays).map_err(problem)?,
            time: None,
        }))
    }

    fn place(&self) -> Place {
        self.0.place().clone()
    }
}

fn name<'a>(what: &str, field: &'a [u8]) -> Result<Id<&'a str>, String> {
    let name = std::str::from_utf8(field).ok().filter(|name| !name.is_empty());
    name.map(Id::Name).ok_or_else(|| refusal(what, field, "not a name in UTF-8"))
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
