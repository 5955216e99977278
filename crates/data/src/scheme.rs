//! Which rule parts each user's items where every user trains.

use crate::moment::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The rule, with its numbers; [`crate::known_users`] follows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Scheme {
    /// The last item of each user is the test's, the last but one the validation's.
    Last,
    /// Random shares of each user's items.
    Ratio {
        /// The validation's.
        validation_share: f64,
        /// The test's.
        test_share: f64,
    },
    /// What is later than a moment, the same for all users.
    Date {
        /// The first moment of the validation.
        validation_from: Moment,
        /// The first moment of the test.
        test_from: Moment,
    },
    /// Others chose the test.
    Given {
        /// The validation's share of each user's training items, at random.
        validation_share: f64,
    },
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 0.07 is 7.000000000000001 %.
        let percent = |share: &f64| (share * 1e6).round() / 1e4;
        match self {
            Self::Last => f.write_str("each user's last item is the test's, the last but one the validation's"),
            Self::Ratio { validation_share, test_share } => {
                let (validation, test) = (percent(validation_share), percent(test_share));
                write!(f, "of each user's items, {test} % at random are the test's and {validation} % the validation's")
            }
            Self::Date { validation_from, test_from } => {
                write!(f, "what is from {test_from} on is the test's, from {validation_from} on the validation's")
            }
            Self::Given { validation_share } => {
                let validation = percent(validation_share);
                write!(f, "the test is given, and {validation} % of each user's other items are the validation's")
            }
        }
    }
}
