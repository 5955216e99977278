//! A file of users and the items that they have, one user a line.

use crate::{Error, Result};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::fmt;
use std::io::{BufRead, BufReader, Read};

/// A user and the items that the user has, by their original ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct History {
    /// The user's id.
    #[serde(deserialize_with = "id")]
    pub user: String,
    /// The items' ids.
    #[serde(deserialize_with = "ids")]
    pub items: Vec<String>,
}

/// Reads one user after the other: a line `user item item ...` with tabs, commas or spaces between them, or a line of JSON,
/// `{"user": "ann", "items": ["a", "b"]}`.
pub struct Histories<R> {
    lines: BufReader<R>,
    file: String,
    line: u64,
    /// What stands between the ids. It is known after the first line that has something.
    separator: Option<u8>,
    text: String,
}

impl<R: Read> Histories<R> {
    /// `file` is the name for messages.
    pub fn new(source: R, file: &str) -> Self {
        let lines = BufReader::with_capacity(1 << 16, source);
        Self { lines, file: file.to_owned(), line: 0, separator: None, text: String::new() }
    }

    fn next(&mut self) -> Result<Option<History>> {
        loop {
            self.text.clear();
            let read = self.lines.read_line(&mut self.text);
            if read.map_err(Error::file("read", &self.file))? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !self.text.trim().is_empty() {
                break;
            }
        }
        let text = self.text.trim().trim_start_matches('\u{feff}');
        if text.starts_with('{') {
            let problem = |error| Error::Usage(format!("{}, line {}: {error}", self.file, self.line));
            return serde_json::from_str(text).map(Some).map_err(problem);
        }
        let found = || [b'\t', b','].into_iter().find(|&byte| text.as_bytes().contains(&byte));
        self.separator = self.separator.or_else(found).or_else(|| text.contains(' ').then_some(b' '));
        let separator = self.separator.unwrap_or(b' ');
        let history = |fields: &mut dyn Iterator<Item = &str>| {
            let mut ids = fields.map(str::trim).filter(|field| !field.is_empty()).map(str::to_owned);
            History { user: ids.next().unwrap_or_default(), items: ids.collect() }
        };
        if !text.contains('"') {
            return Ok(Some(history(&mut text.split(char::from(separator)))));
        }
        let mut csv = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(text.as_bytes());
        let problem = |error| Error::Usage(format!("{}, line {}: {error}", self.file, self.line));
        let record = csv.records().next().transpose().map_err(problem)?.unwrap_or_default();
        Ok(Some(history(&mut record.iter())))
    }
}

impl<R: Read> Iterator for Histories<R> {
    type Item = Result<History>;

    fn next(&mut self) -> Option<Result<History>> {
        self.next().transpose()
    }
}

/// An id in JSON is a string or a whole number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        match id {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        }
    }
}

fn id<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<String, D::Error> {
    Id::deserialize(from).map(String::from)
}

fn ids<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<String>, D::Error> {
    struct Ids;
    impl<'de> Visitor<'de> for Ids {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of ids")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
            let mut ids = Vec::new();
            while let Some(id) = list.next_element::<Id>()? {
                ids.push(id.into());
            }
            Ok(ids)
        }
    }
    from.deserialize_seq(Ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let joined = |history: Result<History>| history.map(|history| (history.user, history.items.join("|")));
        Histories::new(text.as_bytes(), "FILE").map(joined).collect::<Result<_>>().map_err(|error| error.to_string())
    }

    #[test]
    fn users_are_read_from_lists_with_any_separator_and_from_json() {
        let expected = [("ann", "B07|x y"), ("7", ""), ("8", "1")].map(|(user, items)| (user.into(), items.into()));
        for text in [
            "ann\tB07\tx y\n\n7\n8\t1\n",
            "ann,B07,\"x y\"\n7\n8,1\n",
            "{\"user\": \"ann\", \"items\": [\"B07\", \"x y\"]}\n{\"user\": 7, \"items\": []}\n{\"items\": [1], \"user\": 8}",
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
        assert_eq!(read("1 2  3\n").unwrap(), [("1".to_owned(), "2|3".to_owned())]);
    }

    #[test]
    fn damaged_json_is_an_error_with_file_and_line() {
        let message = read("{\"user\": 1, \"items\": []}\n{\"user\": 1}\n").unwrap_err();
        assert!(message.starts_with("FILE, line 2: missing field `items`"), "{message}");
    }
}
