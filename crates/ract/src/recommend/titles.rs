//! The titles of items, from a CSV file such as MovieLens' `movies.csv`.

use crate::{Error, Result};
use std::collections::HashMap;
use std::path::Path;

/// The title of each item, by the item's original id.
#[derive(Clone, Debug, Default)]
pub struct Titles(HashMap<String, String>);

impl Titles {
    /// Reads a CSV file with a header: the first column has the ids, the column `title` or `name` the titles; if there is
    /// none of these, the second column.
    ///
    /// # Errors
    /// When the file cannot be read, or has fewer than two columns.
    pub fn read(path: &Path) -> Result<Self> {
        let problem = |problem: String| Error::Usage(format!("{}: {problem}", path.display()));
        let mut csv = csv::Reader::from_path(path).map_err(|error| problem(error.to_string()))?;
        let header = csv.headers().map_err(|error| problem(error.to_string()))?;
        if header.len() < 2 {
            return Err(problem("it has fewer than two columns: one for ids, one for titles".to_owned()));
        }
        let is_title = |name: &str| ["title", "name"].contains(&name.trim().to_lowercase().as_str());
        let column = header.iter().position(is_title).unwrap_or(1);
        let mut titles = HashMap::new();
        for record in csv.records() {
            let record = record.map_err(|error| problem(error.to_string()))?;
            titles.insert(record[0].trim().to_owned(), record[column].trim().to_owned());
        }
        Ok(Self(titles))
    }

    /// The title of the item with that id; empty where none is known.
    pub fn of(&self, item: &str) -> &str {
        self.0.get(item).map_or("", String::as_str)
    }
}
