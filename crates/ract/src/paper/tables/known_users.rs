//! Table 6, not in the paper: splits in which every user trains, beside what others published on the same files.

use super::comparison::measured;
use super::{TableEntry, TableInput};
use crate::Result;
use crate::metrics::Metric;
use crate::paper::index::Shown;
use crate::paper::published::{FOOTNOTE, Row, published};
use crate::paper::table::{OVER_SEEDS, align};
use comfy_table::{Table, presets::ASCII_MARKDOWN};

pub(super) const ENTRY: TableEntry =
    TableEntry { number: 6, about: "splits in which every user trains, beside published results", draw };

/// The metrics that are published, unless one was asked for.
const METRICS: [&str; 2] = ["recall-all@20", "ndcg@20"];

/// One row per model: its results, and those published under the same name. Then the other published models.
fn draw(input: &TableInput<'_>) -> Result<String> {
    let TableInput { results, shown, data, .. } = *input;
    let metrics: Vec<Metric> = match input.is_one_metric {
        true => vec![input.metric],
        false => METRICS.iter().filter_map(|name| name.parse().ok()).collect(),
    };
    let published = published(data)?;
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let titles = || metrics.iter().map(|metric| metric.title());
    let theirs = titles().map(|title| format!("{title}, published"));
    let header = [data.to_owned(), "seeds".to_owned()].into_iter().chain(titles());
    table.set_header(header.chain(theirs).chain(["from".to_owned()]));
    let of = |row: Option<&Row>| -> Vec<String> {
        let figure = |metric| row.and_then(|row| Some(format!("{:.4}{}", row.test.get(metric)?, row.mark())));
        metrics.iter().map(|metric| figure(metric).unwrap_or_default()).collect()
    };
    let mut is_shown = vec![false; published.rows.len()];
    for Shown { label, experiment, role, .. } in shown {
        let Some(role) = *role else { continue };
        let (seeds, figures) = measured(results, experiment, role, &metrics)?;
        if figures.iter().all(String::is_empty) {
            continue;
        }
        let place = published.rows.iter().position(|row| row.model == *label);
        place.into_iter().for_each(|place| is_shown[place] = true);
        let seeds = if seeds > 1 { seeds.to_string() } else { String::new() };
        let theirs = of(place.map(|place| &published.rows[place]));
        let from = format!("{experiment}: {role}");
        table.add_row([label.clone(), seeds].into_iter().chain(figures).chain(theirs).chain([from]));
    }
    for row in published.rows.iter().zip(is_shown).filter_map(|(row, is_shown)| (!is_shown).then_some(row)) {
        let empty = std::iter::repeat_n(String::new(), 1 + metrics.len());
        let cells = std::iter::once(row.model.clone()).chain(empty).chain(of(Some(row)));
        table.add_row(cells.chain([String::new()]));
    }
    align(&mut table, 1);
    Ok(format!("{table}\n\n{OVER_SEEDS}\n\n{FOOTNOTE}"))
}
