//! What users and items are called in the file that a data set was prepared from.

use crate::dataset::Pairs;
use crate::prepared::{TEST, USERS, VOCABULARY};
use crate::{DataError, Result};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;

/// The original ids of the items and the test users of a prepared folder.
#[derive(Clone, Debug, Default)]
pub struct Names {
    items: Vec<String>,
    numbers: FxHashMap<String, u32>,
    test_users: Vec<String>,
}

impl Names {
    /// Reads those of the prepared folder `folder`.
    ///
    /// # Errors
    /// When a file cannot be read or is damaged.
    pub fn read(folder: &Path) -> Result<Self> {
        let items = lines(folder, VOCABULARY)?;
        let test_users = users_of(folder, TEST.fold_in, items.len())?;
        Ok(Self::new(items, test_users))
    }

    /// Of items and test users that go by their numbers, as those of synthetic data.
    pub fn numbers(n_items: usize, n_test_users: usize) -> Self {
        let numbers = |n: usize| (0..n).map(|number| number.to_string()).collect();
        Self::new(numbers(n_items), numbers(n_test_users))
    }

    fn new(items: Vec<String>, test_users: Vec<String>) -> Self {
        let numbers = items.iter().cloned().zip(0..).collect();
        Self { items, numbers, test_users }
    }

    /// The id of an item.
    pub fn item(&self, number: u32) -> &str {
        self.items.get(number as usize).map_or("", String::as_str)
    }

    /// The ids of all items.
    pub fn items(&self) -> &[String] {
        &self.items
    }

    /// The number of the item with that id, if a training user has it.
    pub fn number(&self, item: &str) -> Option<u32> {
        self.numbers.get(item).copied()
    }

    /// The numbers of the known ones among these items, each once, in their order.
    pub fn known(&self, items: &[String]) -> Vec<u32> {
        let mut seen = FxHashSet::default();
        items.iter().filter_map(|item| self.number(item)).filter(|&item| seen.insert(item)).collect()
    }

    /// The ids of the test users, in the order of their rows.
    pub fn test_users(&self) -> &[String] {
        &self.test_users
    }
}

/// The original ids of the users of `file` in the prepared folder, in the order of their rows. Where nothing names the users, they go by their
/// numbers in the files.
pub(crate) fn users_of(folder: &Path, file: &str, n_items: usize) -> Result<Vec<String>> {
    let rows = Pairs::read(&folder.join(file), n_items, None)?.users();
    let ids = if folder.join(USERS).exists() { lines(folder, USERS)? } else { Vec::new() };
    Ok(rows.iter().map(|&uid| ids.get(uid as usize).cloned().unwrap_or_else(|| uid.to_string())).collect())
}

fn lines(folder: &Path, file: &str) -> Result<Vec<String>> {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).map_err(DataError::io("read", &path))?;
    Ok(text.lines().map(str::to_owned).collect())
}
