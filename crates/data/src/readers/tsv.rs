//! A line `user item rating time` for each interaction, with tabs between them: MovieLens 100K, and NCF's ratings.

use super::Reader;
use super::ratings::{self, Layout};

/// `u.data` of MovieLens 100K.
pub(crate) static TSV: Reader = Reader {
    name: "tsv",
    description: "A line `user item rating time` for each interaction, with tabs between them and no header.",
    example: &[("u.data", "7\t1\t5\t881250949\n8\t1\t4\t881250950\n7\t2\t3\t881250951\n8\t2\t2\t881250952\n")],
    has_ratings: true,
    has_times: true,
    read: |input, options| ratings::read(input, options, LAYOUT),
};

pub(super) const LAYOUT: Layout =
    Layout { separator: "\t", fields: ["user", "item", "rating", "time, with tabs between them"] };

#[cfg(test)]
mod tests {
    use super::super::ratings::Ratings;
    use super::*;
    use crate::raw::{Id, Row, Rows};

    fn file(text: &str) -> Ratings<&[u8]> {
        Ratings::new(text.as_bytes(), "FILE", LAYOUT, true)
    }

    #[test]
    fn a_rating_has_a_time() {
        let mut ratings = file("\n5\t7\t4\t978824330\r\n");
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
            assert_eq!(file(text).next().unwrap_err().to_string(), format!("FILE, {message}"));
        }
    }
}
