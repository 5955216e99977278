//! Table 6, not in the paper: splits in which every user trains, beside what others published on the same files.

use super::comparison::measured;
use super::{Drawn, TableEntry, TableInput};
use crate::Result;
use crate::metrics::Metric;
use crate::paper::index::Shown;
use crate::paper::published::{FOOTNOTE, Row, published};
use crate::paper::table::{Captioned, OVER_SEEDS, pooled};
use crate::tabular::{Cell, Column, Table};

pub(super) const ENTRY: TableEntry =
    TableEntry { number: 6, about: "splits in which every user trains, beside published results", draw };

/// The metrics that are published, unless one was asked for.
const METRICS: [&str; 2] = ["recall-all@20", "ndcg@20"];

/// One row per model: its results, and those published under the same name. Then the other published models.
fn draw(input: &TableInput<'_>) -> Result<Drawn> {
    let TableInput { results, shown, data, .. } = *input;
    let metrics: Vec<Metric> = match input.is_one_metric {
        true => vec![input.metric],
        false => METRICS.iter().filter_map(|name| name.parse().ok()).collect(),
    };
    let published = published(data)?.rows;
    let titles = || metrics.iter().map(|metric| metric.title());
    let first = [Column::keyed(data, "name"), "seeds".into()];
    let theirs = titles().map(|title| format!("{title}, published").into());
    let columns = first.into_iter().chain(titles().map(Column::from)).chain(theirs).chain(["from".into()]);
    let mut table = Table::new(columns).right(1..);
    let of = |row: Option<&Row>| -> Vec<Cell> {
        let shown = |row: &Row, value: &f64| Cell::of(format!("{value:.4}{}", row.mark()), value);
        let cell = |metric| row.and_then(|row| row.test.get(metric).map(|value| shown(row, value)));
        metrics.iter().map(|metric| cell(metric).unwrap_or_else(Cell::empty)).collect()
    };
    let mut others: Vec<&Row> = published.iter().collect();
    for Shown { label, experiment, role, .. } in shown {
        let Some(role) = *role else { continue };
        let (seeds, figures) = measured(results, experiment, role, &metrics)?;
        if figures.iter().all(Option::is_none) {
            continue;
        }
        let seeds = if seeds > 1 { Cell::number(seeds) } else { Cell::empty() };
        let same = published.iter().find(|row| row.model == *label);
        others.retain(|row| row.model != *label);
        let cells = [label.clone().into(), seeds].into_iter().chain(figures.into_iter().map(pooled)).chain(of(same));
        table.add_row(cells.chain([format!("{experiment}: {role}").into()]));
    }
    for row in others {
        let empty = std::iter::repeat_with(Cell::empty).take(1 + metrics.len());
        table.add_row(std::iter::once(row.model.clone().into()).chain(empty).chain(of(Some(row))));
    }
    Ok(Drawn(vec![Captioned { table, caption: format!("{OVER_SEEDS}\n\n{FOOTNOTE}") }]))
}
