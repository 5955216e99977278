//! A moment as people and files write it: a number, a date, or a date with the time of day.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a message names beside a text that is no moment.
const FORMS: &str = "a number, a date such as 2014-01-31, or 2014-01-31T12:00:00Z";

/// A moment, and how it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    written: String,
    value: f64,
}

impl Moment {
    /// The number; of a date, the seconds since 1970.
    pub fn value(&self) -> f64 {
        self.value
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let value = value(text).ok_or_else(|| format!("'{text}' is no moment: {FORMS}"))?;
        Ok(Self { written: text.to_owned(), value })
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.written
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// The number that is written, or the seconds from 1970 to a date. A date without a time zone is one of UTC.
pub(crate) fn value(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return Some(number).filter(|number| number.is_finite());
    }
    let civil = || text.parse::<civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    // Before the other: that one passes over an offset.
    let timestamp = text.parse::<Timestamp>().ok().or_else(civil)?;
    Some(timestamp.as_duration().as_secs_f64())
}

/// The value of a field of a file, or what is wrong with it.
pub(crate) fn of_field(name: &str, field: &[u8]) -> Result<f64, String> {
    let found = std::str::from_utf8(field).ok().and_then(value);
    found.ok_or_else(|| format!("{name} is '{}', not a time: {FORMS}", String::from_utf8_lossy(field).escape_debug()))
}

/// A value for a message: with its date, if it is one of seconds since 1970.
pub(crate) fn shown(value: f64) -> String {
    match Timestamp::from_second(value as i64) {
        Ok(date) => format!("{value} ({date})"),
        Err(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_number_or_a_date_with_or_without_the_time_of_day() {
        for (text, expected) in [
            ("881250949", 881_250_949.0),
            ("-1.5", -1.5),
            ("1970-01-02", 86_400.0),
            ("2014-01-31", 1_391_126_400.0),
            ("2014-01-31T01:00:00Z", 1_391_130_000.0),
            ("2014-01-31T01:00:00.5+01:00", 1_391_126_400.5),
            ("2014-01-31 01:00:00", 1_391_130_000.0),
        ] {
            assert_eq!(value(text), Some(expected), "{text}");
        }
        for text in ["", "noon", "nan", "inf", "2014-02-30", "31.1.2014"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_written_is_kept() {
        let moment: Moment = serde_json::from_str("\"2014-01-31\"").unwrap();
        assert_eq!((moment.value(), moment.to_string()), (1_391_126_400.0, "2014-01-31".to_owned()));
        assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2014-01-31\"");
        assert_eq!("noon".parse::<Moment>().unwrap_err(), format!("'noon' is no moment: {FORMS}"));
    }

    #[test]
    fn a_number_is_shown_with_its_date_where_it_is_one() {
        assert_eq!(shown(86_400.0), "86400 (1970-01-02T00:00:00Z)");
        assert_eq!(shown(1e15), "1000000000000000");
    }
}
