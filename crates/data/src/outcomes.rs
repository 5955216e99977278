//! A log of lists that were shown to users, and what came of each: clicks, sales, minutes.

use crate::names::users_of;
use crate::prepared::TRAIN;
use crate::{DataError, Names, Result};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::Path;

/// One list that was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The row of the user in the training data.
    pub user: u32,
    /// The items, the first place first.
    pub items: Vec<u32>,
    /// What came of the list, 0 or more.
    pub outcome: f32,
}

/// A log, as far as its users and items are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// The lists.
    pub lists: Vec<Shown>,
    /// Lists left out because their user is no training user, or because none of their items is known.
    pub left_out: usize,
}

/// A line of the file.
#[derive(Deserialize, Serialize)]
struct Line {
    user: String,
    items: String,
    outcome: f32,
}

/// What training users and items are called in a log.
pub struct LogNames<'a> {
    items: &'a Names,
    users: FxHashMap<String, u32>,
}

impl<'a> LogNames<'a> {
    /// Of the prepared folder `folder`, whose items are called `items`.
    ///
    /// # Errors
    /// When a file of the folder cannot be read.
    pub fn read(folder: &Path, items: &'a Names) -> Result<Self> {
        let users = users_of(folder, TRAIN, items.items().len())?;
        Ok(Self { items, users: users.into_iter().zip(0..).collect() })
    }

    /// Of users and items that go by their rows, as those of synthetic data.
    pub fn rows(users: usize, items: &'a Names) -> Self {
        Self { items, users: (0..users as u32).map(|row| (row.to_string(), row)).collect() }
    }
}

impl Outcomes {
    /// Reads a CSV file with the columns `user`, `items` and `outcome`, in any order and beside others. The items of a list are separated
    /// by spaces, the first place first. `file` is its name in messages.
    ///
    /// # Errors
    /// With file and line: when a column is missing, an outcome is no number of 0 or more, or nothing is left.
    pub fn read(source: impl Read, file: &str, names: &LogNames<'_>) -> Result<Self> {
        let mut reader = csv::Reader::from_reader(source);
        let mut outcomes = Self::default();
        for (place, line) in (2_u64..).zip(reader.deserialize::<Line>()) {
            let problem = |problem: String| DataError::Line { file: file.to_owned(), line: place, problem };
            let form = "write a line as user,items,outcome, the items with spaces between them";
            let Line { user, items, outcome } = line.map_err(|error| problem(format!("{error}: {form}")))?;
            if !(outcome >= 0.0 && outcome.is_finite()) {
                return Err(problem(format!("the outcome is {outcome}: it must be a number of 0 or more")));
            }
            let mut there = FxHashSet::default();
            let items = items.split_whitespace().filter_map(|item| names.items.number(item));
            let items: Vec<u32> = items.filter(|&item| there.insert(item)).collect();
            match names.users.get(&user) {
                Some(&user) if !items.is_empty() => outcomes.lists.push(Shown { user, items, outcome }),
                _ => outcomes.left_out += 1,
            }
        }
        if outcomes.lists.is_empty() {
            let problem =
                "no list of a training user with known items: are these the ids of the file that was prepared?";
            return Err(DataError::File { file: file.to_owned(), problem: problem.to_owned() });
        }
        Ok(outcomes)
    }

    /// Writes such a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, to: impl Write, names: &LogNames<'_>) -> std::io::Result<()> {
        let mut called = vec![""; names.users.len()];
        names.users.iter().for_each(|(name, &row)| called[row as usize] = name);
        let mut writer = csv::Writer::from_writer(to);
        for Shown { user, items, outcome } in &self.lists {
            let items: Vec<&str> = items.iter().map(|&item| names.items.item(item)).collect();
            let user = called.get(*user as usize).copied().unwrap_or_default().to_owned();
            writer.serialize(Line { user, items: items.join(" "), outcome: *outcome })?;
        }
        writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Outcomes> {
        let items = Names::numbers(5, 0);
        Outcomes::read(text.as_bytes(), "log.csv", &LogNames::rows(3, &items))
    }

    #[test]
    fn a_log_reads_back_as_it_was_written() {
        let lists =
            vec![Shown { user: 2, items: vec![4, 0], outcome: 1.5 }, Shown { user: 0, items: vec![3], outcome: 0.0 }];
        let (log, items, mut text) = (Outcomes { lists, left_out: 0 }, Names::numbers(5, 0), Vec::new());
        log.write(&mut text, &LogNames::rows(3, &items)).unwrap();
        assert_eq!(read(std::str::from_utf8(&text).unwrap()).unwrap(), log);
    }

    #[test]
    fn lists_of_unknown_users_or_without_known_items_are_left_out_and_counted() {
        let log = read("outcome,user,items,note\n1,9,1 2,\n2,1,8 9,\n0.5,1,8 3 3 1,x\n").unwrap();
        assert_eq!(log.lists, [Shown { user: 1, items: vec![3, 1], outcome: 0.5 }]);
        assert_eq!(log.left_out, 2);
    }

    #[test]
    fn what_is_wrong_with_a_log_is_said_with_its_line() {
        let error = |text: &str| read(text).unwrap_err().to_string();
        assert!(error("user,items,outcome\n1,2,1\n1,2,-3\n").starts_with("log.csv, line 3: the outcome is -3"));
        assert!(error("user,items,outcome\n1,2,many\n").starts_with("log.csv, line 2: "));
        assert!(error("user,outcome\n1,2\n").contains("write a line as user,items,outcome"));
        assert!(error("user,items,outcome\n7,2,1\n").contains("no list of a training user"));
    }
}
