//! A line `user::item::rating::time` for each interaction: MovieLens 1M and 10M.

use super::Reader;
use super::ratings::{self, Layout};

/// `ratings.dat` of MovieLens 1M.
pub(crate) static DAT: Reader = Reader {
    name: "dat",
    description: "A line `user::item::rating::time` for each interaction, without a header.",
    example: &[("ratings.dat", "7::1::5::978300760\n8::1::4::978300761\n7::2::3::978300762\n8::2::2::978300763\n")],
    has_ratings: true,
    has_times: true,
    read: |input, options| ratings::read(input, options, LAYOUT),
};

const LAYOUT: Layout = Layout { separator: "::", fields: ["user", "item", "rating", "time, with '::' between them"] };

#[cfg(test)]
mod tests {
    use super::super::ratings::Ratings;
    use super::*;
    use crate::raw::Rows;

    #[test]
    fn a_single_colon_separates_nothing() {
        let mut ratings = Ratings::new("1:2::3::4::5\n1::2::3\n".as_bytes(), "FILE", LAYOUT, false);
        let mut error = || ratings.next().unwrap_err().to_string();
        assert_eq!(error(), "FILE, line 1: user is '1:2', not a whole number of 0 or more");
        assert_eq!(
            error(),
            "FILE, line 2: '1::2::3' has 3 fields instead of 4: user, item, rating, time, with '::' between them"
        );
    }
}
