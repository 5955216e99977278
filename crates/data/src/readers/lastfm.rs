//! Last.fm's 360,000 users: a line `user artist-id artist-name plays` for each pair, with tabs between them.

use super::input::{Input, InputFile};
use super::lines::Lines;
use super::{Reader, finite_number, text_id};
use crate::raw::{Collector, Place, ReadOptions, Row, Rows};
use crate::{RawInteractions, Result};
use std::io::Read;

/// `usersha1-artmbid-artname-plays.tsv`. An artist is known by the id at MusicBrainz; one that has none there, by the name.
pub(crate) static LASTFM: Reader = Reader {
    name: "lastfm",
    description: "A line `USER ARTIST-ID ARTIST-NAME PLAYS` for each pair, with tabs between them; the id may be empty.",
    example: &[(
        "usersha1-artmbid-artname-plays.tsv",
        "7\t1\tThe First\t5\n8\t1\tThe First\t4\n7\t2\tThe Second\t3\n8\t2\tThe Second\t2\n",
    )],
    has_ratings: true,
    has_times: false,
    read,
};

/// What Last.fm calls an artist of whom it knows neither id nor name.
const UNKNOWN: &str = "[unknown]";

/// Whether a file that begins with this line is one: its users are SHA-1 hashes.
pub(super) fn is_first(line: &[u8]) -> bool {
    let mut fields = line.split(|&byte| byte == b'\t');
    let user = fields.next().unwrap_or_default();
    user.len() == 40 && user.iter().all(u8::is_ascii_hexdigit) && fields.count() == 3
}

fn read(input: &mut Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
    let mut all = Collector::new(options);
    while let Some(InputFile { source, name }) = input.next()? {
        all.add(Plays(Lines::new(source, &name)))?;
    }
    all.finish(input.name())
}

struct Plays<R>(Lines<R>);

impl<R: Read> Rows for Plays<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        let Self(lines) = self;
        if !lines.advance()? {
            return Ok(None);
        }
        let problem = |problem| lines.place().problem(problem);
        let names = ["user", "artist's id", "artist's name", "plays, with tabs between them"];
        let [user, id, name, plays] = lines.fields("\t", names)?;
        let artist = [id, name].into_iter().find(|field| !field.is_empty()).unwrap_or(UNKNOWN.as_bytes());
        Ok(Some(Row {
            user: text_id("user", user).map_err(problem)?,
            item: text_id("artist", artist).map_err(problem)?,
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
    fn an_artist_without_an_id_is_known_by_the_name() {
        let text = "00c\t3bd7\tbetty blowtorch\t2137\n00c\t\tdie Ärzte\t1099\n00d\t\t\t3\n";
        let artists: Vec<_> =
            rows(Plays(Lines::new(text.as_bytes(), "FILE"))).unwrap().into_iter().map(|row| row.2).collect();
        assert_eq!(artists, ["3bd7", "die Ärzte", UNKNOWN]);
        let line = |user: &str| format!("{user}\t\tdie Ärzte\t1099").into_bytes();
        assert!(is_first(&line(&"00c289a182".repeat(4))) && !is_first(&line("00c289a182")));
    }

    #[test]
    fn an_error_names_file_line_and_value() {
        for (text, message) in [
            (
                "a\tb\tc\n",
                "line 1: 'a\\tb\\tc' has 3 fields instead of 4: user, artist's id, artist's name, plays, with tabs between them",
            ),
            ("a\tb\tc\tone\n", "line 1: plays is 'one', not a number"),
        ] {
            let found = rows(Plays(Lines::new(text.as_bytes(), "FILE"))).unwrap_err();
            assert_eq!(found, format!("FILE, {message}"));
        }
    }
}
