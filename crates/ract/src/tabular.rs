//! Tables: as text in Markdown, and as rows of JSON with the numbers as they were before they were rounded.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table as Drawing};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;
use std::ops::RangeBounds;

/// A table under construction, or a finished one.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Which columns are on the right.
    right: Vec<bool>,
}

/// The title of a column, and its key in JSON.
#[derive(Clone, Debug)]
pub struct Column {
    title: String,
    key: String,
}

/// What is shown at a place, and what it is in JSON.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    value: Value,
}

/// What consists of tables, perhaps with some text between them.
pub trait Tables: fmt::Display {
    /// The tables.
    fn tables(&self) -> Vec<Table>;
}

impl Column {
    /// A column whose title says more than its key, or does not tell it from another column.
    pub fn keyed(title: impl Into<String>, key: impl Into<String>) -> Self {
        Self { title: title.into(), key: key.into() }
    }
}

impl<T: Into<String>> From<T> for Column {
    fn from(title: T) -> Self {
        let title = title.into();
        Self { key: title.clone(), title }
    }
}

impl Cell {
    /// A value and how it is shown.
    pub fn of(text: impl fmt::Display, value: impl Serialize) -> Self {
        Self { text: text.to_string(), value: serde_json::to_value(value).unwrap_or_default() }
    }

    /// A number that is shown as it is.
    pub fn number(number: impl fmt::Display + Serialize) -> Self {
        Self::of(&number, &number)
    }

    /// Nothing.
    pub fn empty() -> Self {
        String::new().into()
    }
}

/// A text, or nothing where it is empty.
impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        let text = text.into();
        let value = if text.is_empty() { Value::Null } else { text.clone().into() };
        Self { text, value }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = impl Into<Column>>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The same, with these columns on the right.
    #[must_use]
    pub fn right(self, columns: impl RangeBounds<usize>) -> Self {
        Self { right: (0..self.columns.len()).map(|column| columns.contains(&column)).collect(), ..self }
    }

    /// Adds a row. Cells that are missing at its end are empty.
    pub fn add_row(&mut self, cells: impl IntoIterator<Item = impl Into<Cell>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The titles of the columns.
    pub fn titles(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.title.clone()).collect()
    }

    /// The rows as they are shown.
    pub fn texts(&self) -> impl Iterator<Item = Vec<String>> {
        self.rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect())
    }

    /// An object for each row, with the keys of the columns. Nothing is `null`.
    pub fn to_json(&self) -> Value {
        let of_row = |row: &Vec<Cell>| {
            let value = |at: usize| row.get(at).map_or(Value::Null, |cell| cell.value.clone());
            let pairs = self.columns.iter().enumerate().map(|(at, column)| (column.key.clone(), value(at)));
            Value::Object(pairs.collect::<Map<_, _>>())
        };
        self.rows.iter().map(of_row).collect()
    }
}

impl Tables for Table {
    fn tables(&self) -> Vec<Table> {
        vec![self.clone()]
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut drawing = Drawing::new();
        drawing.load_style(ASCII_MARKDOWN).set_header(self.columns.iter().map(|column| &column.title));
        for row in &self.rows {
            drawing.add_row(row.iter().map(|cell| &cell.text));
        }
        for (column, _) in drawing.column_iter_mut().zip(&self.right).filter(|(_, is_right)| **is_right) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        drawing.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_json_have_the_columns_keys_and_the_numbers_before_they_were_rounded() {
        let mut table =
            Table::new([Column::keyed("test, 7 users", "name"), "NDCG@100".into(), "seeds".into()]).right(1..);
        table.add_row([Cell::from("RaCT"), Cell::of(format!("{:.4}", 0.123_456), 0.123_456), Cell::number(3)]);
        table.add_row(["none"]);
        let expected = serde_json::json!([
            { "name": "RaCT", "NDCG@100": 0.123_456, "seeds": 3 },
            { "name": "none", "NDCG@100": null, "seeds": null },
        ]);
        assert_eq!(table.to_json(), expected);
        let lines: Vec<String> = table.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "| test, 7 users | NDCG@100 | seeds |");
        assert_eq!(lines[2], "| RaCT          |   0.1235 |     3 |");
    }
}
