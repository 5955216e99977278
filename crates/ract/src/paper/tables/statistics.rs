//! Table 1: the sizes of the data sets.

use super::{Drawn, TableEntry, TableInput};
use crate::paper::published::published;
use crate::paper::table::Captioned;
use crate::run::layout::prepared_data;
use crate::tabular::{Cell, Table};
use crate::{Error, Result};
use ract_data::prepared::Meta;
use std::collections::BTreeMap;
use std::fs;

pub(super) const ENTRY: TableEntry = TableEntry { number: 1, about: "what the data sets hold", draw };

/// The data sets of the paper.
const OF_THE_PAPER: [&str; 3] = ["ml-20m", "netflix", "msd"];

/// One row per prepared data set, and one per published data set of the paper.
fn draw(input: &TableInput<'_>) -> Result<Drawn> {
    let columns = ["data", "users", "items", "interactions", "density", "held-out users", "training items"];
    let mut table = Table::new(columns).right(1..);
    let mut data: BTreeMap<String, Meta> = BTreeMap::new();
    let [here, kept] = prepared_data();
    let folders = if input.is_kept { vec![kept] } else { vec![here, kept] };
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
            let entry = entry.map_err(Error::file("read", folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let (false, Some(meta)) = (data.contains_key(&name), Meta::read(&entry.path())?) {
                data.insert(name, meta);
            }
        }
    }
    for (name, meta) in &data {
        let synthetic = if name.ends_with("-like") { " (synthetic)" } else { "" };
        table.add_row([
            format!("{name}{synthetic}").into(),
            Cell::number(meta.filtered.users),
            Cell::number(meta.filtered.items),
            Cell::number(meta.filtered.interactions),
            Cell::of(format!("{:.3} %", 100.0 * meta.density), meta.density),
            Cell::number(meta.options.heldout_users),
            Cell::number(meta.items),
        ]);
    }
    for name in OF_THE_PAPER {
        if let Some(counts) = published(name)?.statistics.first() {
            table.add_row([
                format!("{name}, published").into(),
                Cell::number(counts.users),
                Cell::number(counts.items),
                counts.interactions.clone().into(),
                Cell::empty(),
                Cell::number(counts.heldout_users),
                Cell::empty(),
            ]);
        }
    }
    Ok(Drawn(vec![Captioned { table, caption: String::new() }]))
}
