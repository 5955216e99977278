//! The files of the Netflix Prize: a line `MOVIE:`, then a line `USER,RATING,YYYY-MM-DD` for each of its ratings.

use super::input::{Input, InputFile};
use super::lines::Lines;
use super::{Reader, finite_number, refusal, short_number, shown, whole_number};
use crate::moment;
use crate::raw::{Collector, Id, Place, ReadOptions, Row, Rows};
use crate::{RawInteractions, Result};
use std::io::Read;

/// The four files of the Netflix Prize. One file that holds them all is read too.
pub(crate) static NETFLIX_PRIZE: Reader = Reader {
    name: "netflix-prize",
    description: "A line `MOVIE:`, then a line `USER,RATING,DATE` for each of the movie's ratings.",
    example: &[
        ("combined_data_1.txt", "1:\n7,5,2005-09-06\n8,4,2005-09-07\n"),
        ("combined_data_2.txt", "2:\n7,3,2005-09-08\n8,2,2005-09-09\n"),
        ("combined_data_3.txt", ""),
        ("combined_data_4.txt", ""),
    ],
    has_ratings: true,
    has_times: true,
    read,
};

fn read(input: &mut Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
    let mut all = Collector::new(options);
    while let Some(InputFile { source, name }) = input.next()? {
        all.add(NetflixFile { lines: Lines::new(source, &name), movie: None, is_timed: options.by_time })?;
    }
    all.finish(input.name())
}

/// Reads one file.
struct NetflixFile<R> {
    lines: Lines<R>,
    /// Whose ratings the next lines are.
    movie: Option<u64>,
    is_timed: bool,
}

impl<R: Read> Rows for NetflixFile<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        loop {
            if !self.lines.advance()? {
                return Ok(None);
            }
            let Some(movie) = self.lines.text().strip_suffix(b":") else { break };
            let movie = whole_number("movie", movie).map_err(|problem| self.lines.place().problem(problem))?;
            self.movie = Some(movie);
        }
        let [user, rating, date] = self.lines.fields(",", ["user", "rating", "date"])?;
        let problem = |problem| self.lines.place().problem(problem);
        let movie = self.movie.ok_or_else(|| {
            problem(format!("'{}' stands before any line such as '1:' that names a movie", shown(self.lines.text())))
        })?;
        let user = Id::Number(whole_number("user", user).map_err(problem)?);
        if !is_date(date) {
            return Err(problem(refusal("date", date, "not a date such as 2005-09-06")));
        }
        let stars = finite_number("rating", rating).map_err(problem)?;
        if !(1.0..=5.0).contains(&stars) {
            return Err(problem(refusal("rating", rating, "not between 1 and 5")));
        }
        let time = self.is_timed.then(|| moment::of_field("date", date).map_err(problem)).transpose()?;
        Ok(Some(Row { user, item: Id::Number(movie), rating: stars, time }))
    }

    fn place(&self) -> Place {
        self.lines.place().clone()
    }
}

/// Whether the text is a day that there was, as YYYY-MM-DD.
fn is_date(text: &[u8]) -> bool {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text else { return false };
    let parts = [&[y0, y1, y2, y3][..], &[m0, m1], &[d0, d1]].map(short_number);
    let [Some(year), Some(month), Some(day)] = parts else { return false };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::rows;

    /// The rows of files that are called 1.txt, 2.txt and so on.
    fn read(texts: &[&str]) -> Result<Vec<(u64, String, String, f64)>, String> {
        let file = |(number, text): (u32, &&str)| {
            let lines = Lines::new(text.as_bytes(), &format!("{number}.txt"));
            rows(NetflixFile { lines, movie: None, is_timed: false })
        };
        Ok((1..).zip(texts).map(file).collect::<Result<Vec<_>, _>>()?.concat())
    }

    #[test]
    fn ratings_are_of_the_movie_above_them_and_files_follow_one_another() {
        let found =
            read(&["7:\n1,3,2005-09-06\n2,5,2005-05-13\n\n9:\r\n1,4,2005-10-19\r\n", "", "11:\n3,1,2004-01-01"]);
        let row = |line, user: &str, item: &str, rating| (line, user.to_owned(), item.to_owned(), rating);
        let rows = [row(2, "1", "7", 3.0), row(3, "2", "7", 5.0), row(6, "1", "9", 4.0), row(2, "3", "11", 1.0)];
        assert_eq!(found.unwrap(), rows);
    }

    #[test]
    fn an_error_names_file_line_and_value() {
        for (texts, message) in [
            (
                &["1:\n5,3,2005-09-06\n", "5,4,2005-09-06\n"][..],
                "2.txt, line 1: '5,4,2005-09-06' stands before any line such as '1:' that names a movie",
            ),
            (&["1:\n5,3\n"], "1.txt, line 2: '5,3' has 2 fields instead of 3: user, rating, date"),
            (&["1:\nx,3,2005-09-06\n"], "1.txt, line 2: user is 'x', not a whole number of 0 or more"),
            (&["1:\n5,five,2005-09-06\n"], "1.txt, line 2: rating is 'five', not a number"),
            (&["1:\n5,99,2005-09-06\n"], "1.txt, line 2: rating is '99', not between 1 and 5"),
            (&["1:\n5,3,2005-02-30\n"], "1.txt, line 2: date is '2005-02-30', not a date such as 2005-09-06"),
            (&["1:\n5,3,2005-09-06\n5,3,2005-0"], "1.txt, line 3: date is '2005-0', not a date such as 2005-09-06"),
            (&["1:\n5,3,2005-09-06\nyes:\n"], "1.txt, line 3: movie is 'yes', not a whole number of 0 or more"),
        ] {
            assert_eq!(read(texts).unwrap_err(), message);
        }
    }
}
