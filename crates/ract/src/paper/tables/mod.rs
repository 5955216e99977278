//! The paper's tables, and three of our own, one per file, with our results beside the published ones. To add a table, write a
//! file beside this one and add a line to [`TABLES`]. Which experiments a table shows is written in
//! `experiments/index.toml`.

mod actors;
mod comparison;
mod critics;
mod known_users;
mod ncf;
mod quality;
mod statistics;

pub use actors::actors;

use super::index::Shown;
use super::table::Captioned;
use crate::Result;
use crate::metrics::Metric;
use crate::run::Results;
use crate::tabular::{Table, Tables};
use std::fmt;

/// A table of the paper.
pub struct TableEntry {
    /// Its number.
    pub number: u8,
    /// What it shows.
    pub about: &'static str,
    /// Draws it.
    pub draw: fn(&TableInput<'_>) -> Result<Drawn>,
}

/// A page: tables, each with what stands between it and the next.
#[derive(Default)]
pub struct Drawn(Vec<Captioned>);

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.0.iter().map(|Captioned { table, caption }| match caption.as_str() {
            "" => table.to_string(),
            caption => format!("{table}\n\n{caption}"),
        });
        f.write_str(&parts.collect::<Vec<_>>().join("\n\n"))
    }
}

impl Tables for Drawn {
    fn tables(&self) -> Vec<Table> {
        self.0.iter().map(|captioned| captioned.table.clone()).collect()
    }
}

/// The input of a table.
pub struct TableInput<'a> {
    /// The runs and baselines of the experiments that the table shows.
    pub results: &'a Results,
    /// The rows to show, in order.
    pub shown: &'a [Shown],
    /// The data set.
    pub data: &'a str,
    /// The metric to show.
    pub metric: Metric,
    /// Whether it was asked for. If not, a table with several metrics shows them all.
    pub is_one_metric: bool,
    /// Whether only what the repository keeps is shown.
    pub is_kept: bool,
}

/// All tables.
pub static TABLES: &[TableEntry] = &[
    statistics::ENTRY,
    comparison::ENTRY,
    ncf::ENTRY,
    actors::ENTRY,
    critics::ENTRY,
    known_users::ENTRY,
    quality::ENTRY,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_numbered_from_1_and_each_can_be_drawn_without_results() {
        for (place, table) in TABLES.iter().enumerate() {
            assert_eq!(usize::from(table.number), place + 1);
            let (results, metric) = (Results::default(), Metric::ndcg(100));
            let input = TableInput {
                results: &results,
                shown: &[],
                data: "ml-1m",
                metric,
                is_one_metric: false,
                is_kept: true,
            };
            let text = (table.draw)(&input).unwrap().to_string();
            assert!(text.lines().next().is_some_and(|line| line.starts_with('|')), "{text}");
        }
    }
}
