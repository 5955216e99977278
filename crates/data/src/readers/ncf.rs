//! The ratings that the authors of NCF published (He et al., WWW 2017): a line `user item rating time` for each, with tabs
//! between them.

use super::lines::Lines;
use super::{Id, Place, Row, Rows, finite_number, whole_number};
use crate::Result;
use std::io::Read;

/// Reads `X.train.rating` and `X.test.rating`.
pub(crate) struct NcfRatings<R>(Lines<R>);

impl<R: Read> NcfRatings<R> {
    /// `file` is the name for errors.
    pub(crate) fn new(source: R, file: &str) -> Self {
        Self(Lines::new(source, file))
    }
}

impl<R: Read> Rows for NcfRatings<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        let Self(lines) = self;
        if !lines.advance()? {
            return Ok(None);
        }
        let problem = |problem| lines.place().problem(problem);
        let names = ["user", "item", "rating", "time, with tabs between them"];
        let [user, item, rating, time] = lines.fields(b'\t', names)?;
        Ok(Some(Row {
            user: Id::Number(whole_number("user", user).map_err(problem)?),
            item: Id::Number(whole_number("item", item).map_err(problem)?),
            rating: finite_number("rating", rating).map_err(problem)?,
            time: Some(finite_number("time", time).map_err(problem)?),
        }))
    }

    fn place(&self) -> Place {
        self.0.place().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_has_a_time() {
        let mut ratings = NcfRatings::new("\n5\t7\t4\t978824330\r\n".as_bytes(), "FILE");
        let row = Row { user: Id::Number(5), item: Id::Number(7), rating: 4.0, time: Some(978_824_330.0) };
        assert_eq!(ratings.next().unwrap(), Some(row));
        assert_eq!(ratings.place().line, 2);
        assert_eq!(ratings.next().unwrap(), None);
    }

    #[test]
    fn an_error_names_file_line_and_value() {
        for (text, message) in [
            ("5\tone\t4\t30\n", "line 1: item is 'one', not a whole number of 0 or more"),
            ("5\t1\tbad\t30\n", "line 1: rating is 'bad', not a number"),
            ("\n5\t1\t4\tnoon\n", "line 2: time is 'noon', not a number"),
            (
                "5\t1\t4\n",
                "line 1: '5\\t1\\t4' has 3 fields instead of 4: user, item, rating, time, with tabs between them",
            ),
        ] {
            let error = NcfRatings::new(text.as_bytes(), "FILE").next().unwrap_err();
            assert_eq!(error.to_string(), format!("FILE, {message}"));
        }
    }
}
