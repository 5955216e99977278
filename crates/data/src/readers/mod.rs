//! Files of users and items, one row a pair: one reader a file.

pub(crate) mod csv;
pub(crate) mod lines;
pub(crate) mod ncf;
pub(crate) mod netflix;
pub(crate) mod triplets;

use crate::{DataError, Result};
use indexmap::Equivalent;
use std::fmt;
use std::sync::Arc;

/// What a file calls a user or an item. Numbers ascend as numbers, names character by character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id<Name = Box<str>> {
    /// As in MovieLens and Netflix.
    Number(u64),
    /// As in the Million Song Dataset.
    Name(Name),
}

impl<Name: fmt::Display> fmt::Display for Id<Name> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl Id<&str> {
    pub(crate) fn to_owned(self) -> Id {
        match self {
            Self::Number(number) => Id::Number(number),
            Self::Name(name) => Id::Name(name.into()),
        }
    }
}

/// So that an id is looked up without a copy of its name.
impl Equivalent<Id> for Id<&str> {
    fn equivalent(&self, other: &Id) -> bool {
        match (self, other) {
            (Self::Number(one), Id::Number(other)) => one == other,
            (Self::Name(one), Id::Name(other)) => *one == &**other,
            _ => false,
        }
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The file's name.
    pub file: Arc<str>,
    /// From 1.
    pub line: u64,
}

impl Place {
    /// What is wrong there.
    pub(crate) fn problem(&self, problem: String) -> DataError {
        DataError::Line { file: self.file.to_string(), line: self.line, problem }
    }
}

/// A user who has an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row<'a> {
    pub(crate) user: Id<&'a str>,
    pub(crate) item: Id<&'a str>,
    /// Or how often; 1 where the file has no ratings or nobody wants them.
    pub(crate) rating: f64,
    /// In any unit; nothing where the file has no times or nobody wants them.
    pub(crate) time: Option<f64>,
}

/// Reads row by row and knows where it stands.
pub(crate) trait Rows {
    fn next(&mut self) -> Result<Option<Row<'_>>>;

    /// Where the last row stands.
    fn place(&self) -> Place;
}

/// The number in a field, or what is wrong with it.
pub(crate) fn whole_number(name: &str, field: &[u8]) -> Result<u64, String> {
    parsed(field).ok_or_else(|| refusal(name, field, "not a whole number of 0 or more"))
}

fn finite_number(name: &str, field: &[u8]) -> Result<f64, String> {
    let number: f64 = parsed(field).ok_or_else(|| refusal(name, field, "not a number"))?;
    if number.is_finite() { Ok(number) } else { Err(refusal(name, field, "not a finite number")) }
}

fn parsed<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn refusal(name: &str, field: &[u8], what: &str) -> String {
    format!("{name} is '{}', {what}", shown(field))
}

/// A value as it is shown in a message: on one line, and not longer than that.
pub(crate) fn shown(value: &[u8]) -> String {
    const MOST: usize = 40;
    let text = String::from_utf8_lossy(&value[..value.len().min(4 * MOST)]);
    let head: String = text.chars().take(MOST).collect();
    let cut = if head.len() < value.len() { "…" } else { "" };
    format!("{}{cut}", head.escape_debug())
}

/// What a test sees of a file: line, user, item, rating of each row.
#[cfg(test)]
fn rows(mut rows: impl Rows) -> Result<Vec<(u64, String, String, f64)>, String> {
    let mut all = Vec::new();
    while let Some(Row { user, item, rating, .. }) = rows.next().map_err(|error| error.to_string())? {
        let (user, item) = (user.to_string(), item.to_string());
        all.push((rows.place().line, user, item, rating));
    }
    Ok(all)
}
