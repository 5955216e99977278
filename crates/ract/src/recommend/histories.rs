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
    /// The tab or the comma between the ids, once a line has one.
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
        let text = self.text.trim_end_matches(['\r', '\n']).trim_start_matches('\u{feff}');
        let problem =
            |problem: &dyn fmt::Display| Error::Usage(format!("{}, line {}: {problem}", self.file, self.line));
        if text.trim_start().starts_with('{') {
            return serde_json::from_str(text).map(Some).map_err(|error| problem(&error));
        }
        let found = || [b'\t', b','].into_iter().find(|&byte| text.as_bytes().contains(&byte));
        self.separator = self.separator.or_else(found);
        let ids: Vec<String> = match self.separator {
            // Nothing but spaces so far: a later line may have tabs or commas.
            None => text.split_whitespace().map(str::to_owned).collect(),
            Some(separator) if separator == b',' && text.contains('"') => {
                let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
                let record = csv.records().next().transpose().map_err(|error| problem(&error))?.unwrap_or_default();
                record.iter().map(|field| field.trim().to_owned()).collect()
            }
            Some(separator) => text.split(char::from(separator)).map(|field| field.trim().to_owned()).collect(),
        };
        let mut ids = ids.into_iter();
        let user = ids.next().filter(|user| !user.is_empty()).ok_or_else(|| problem(&"it has no user"))?;
        Ok(Some(History { user, items: ids.filter(|item| !item.is_empty()).collect() }))
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

pub(super) fn id<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<String, D::Error> {
    Id::deserialize(from).map(String::from)
}

/// For serde: a list of ids.
pub(crate) fn ids<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<String>, D::Error> {
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
    fn a_line_without_a_user_and_damaged_json_are_errors_with_file_and_line() {
        assert_eq!(read("1\ta\n\tb\n").unwrap_err(), "FILE, line 2: it has no user");
        let late = read("ann lee\nbob\tA\tB\n").unwrap();
        assert_eq!(late[1], ("bob".to_owned(), "A|B".to_owned()));
        let message = read("{\"user\": 1, \"items\": []}\n{\"user\": 1}\n").unwrap_err();
        assert!(message.starts_with("FILE, line 2: missing field `items`"), "{message}");
    }
}
