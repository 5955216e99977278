//! The files of the Netflix Prize: a line `MOVIE:`, then a line `USER,RATING,YYYY-MM-DD` for each of its ratings.

use super::lines::Lines;
use super::{Id, Place, Row, Rows, finite_number, shown, whole_number};
use crate::Result;
use std::io::Read;

/// Reads one file after the other.
pub(crate) struct NetflixFiles<R, Files> {
    lines: Lines<R>,
    /// Those to come, with their names.
    files: Files,
    /// Whose ratings the next lines are.
    movie: Option<u64>,
}

impl<R: Read, Files: Iterator<Item = (R, String)>> NetflixFiles<R, Files> {
    /// Nothing, when there is no file.
    pub(crate) fn new(mut files: Files) -> Option<Self> {
        let (source, name) = files.next()?;
        Some(Self { lines: Lines::new(source, &name), files, movie: None })
    }
}

impl<R: Read, Files: Iterator<Item = (R, String)>> Rows for NetflixFiles<R, Files> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        loop {
            if !self.lines.advance()? {
                let Some((source, name)) = self.files.next() else { return Ok(None) };
                (self.lines, self.movie) = (Lines::new(source, &name), None);
                continue;
            }
            let Some(movie) = self.lines.text().strip_suffix(b":") else { break };
            let movie = whole_number("movie", movie).map_err(|problem| self.lines.place().problem(problem))?;
            self.movie = Some(movie);
        }
        let [user, rating, _] = self.lines.fields(b',', ["user", "rating", "date"])?;
        let problem = |problem| self.lines.place().problem(problem);
        let movie = self.movie.ok_or_else(|| {
            problem(format!("'{}' stands before any line such as '1:' that names a movie", shown(self.lines.text())))
        })?;
        let user = Id::Number(whole_number("user", user).map_err(problem)?);
        let rating = finite_number("rating", rating).map_err(problem)?;
        Ok(Some(Row { user, item: Id::Number(movie), rating, time: None }))
    }

    fn place(&self) -> Place {
        self.lines.place().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::rows;

    fn read(texts: &[&str]) -> Result<Vec<(u64, String, String, f64)>, String> {
        let files = (1..).zip(texts).map(|(number, text)| (text.as_bytes(), format!("{number}.txt")));
        rows(NetflixFiles::new(files).unwrap())
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
            (&["1:\n5,3,2005-09-06\nyes:\n"], "1.txt, line 3: movie is 'yes', not a whole number of 0 or more"),
        ] {
            assert_eq!(read(texts).unwrap_err(), message);
        }
    }
}
