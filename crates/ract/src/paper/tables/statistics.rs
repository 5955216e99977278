//! Table 1: the sizes of the data sets.

use super::{TableEntry, TableInput};
use crate::paper::published::published;
use crate::run::layout::prepared_data;
use crate::{Error, Result};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use ract_data::prepared::Meta;
use std::collections::BTreeMap;
use std::fs;

pub(super) const ENTRY: TableEntry = TableEntry { number: 1, about: "what the data sets hold", draw };

/// The data sets of the paper.
const OF_THE_PAPER: [&str; 3] = ["ml-20m", "netflix", "msd"];

/// One row per prepared data set, and one per published data set of the paper.
fn draw(_: &TableInput<'_>) -> Result<String> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["data", "users", "items", "interactions", "density", "held-out users", "training items"]);
    let mut data: BTreeMap<String, Meta> = BTreeMap::new();
    for folder in prepared_data().iter().filter(|folder| folder.is_dir()) {
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
            format!("{name}{synthetic}"),
            meta.filtered.users.to_string(),
            meta.filtered.items.to_string(),
            meta.filtered.interactions.to_string(),
            format!("{:.3} %", 100.0 * meta.density),
            meta.options.heldout_users.to_string(),
            meta.items.to_string(),
        ]);
    }
    for name in OF_THE_PAPER {
        if let Some(counts) = published(name)?.statistics.first() {
            table.add_row([
                format!("{name}, published"),
                counts.users.to_string(),
                counts.items.to_string(),
                counts.interactions.clone(),
                String::new(),
                counts.heldout_users.to_string(),
                String::new(),
            ]);
        }
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    Ok(table.to_string())
}
