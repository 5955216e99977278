//! Table 2: the main comparison.

use super::{TableEntry, TableInput};
use crate::Result;
use crate::config::Role;
use crate::metrics::{Estimate, Metric};
use crate::paper::index::Shown;
use crate::paper::published::{FOOTNOTE, Published, published};
use crate::run::{Metrics, Results, Run};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

pub(super) const ENTRY: TableEntry = TableEntry { number: 2, about: "the main comparison", draw };

const METRICS: [Metric; 3] = [Metric::recall(20), Metric::recall(50), Metric::ndcg(100)];
/// The data sets of the paper.
const OF_THE_PAPER: [(&str, &str); 3] = [("ml-20m", "ML-20M"), ("netflix", "Netflix"), ("msd", "MSD")];

/// One row per model: its results on the data set (for several seeds, the mean and the standard deviation between
/// them), and the published results on the paper's data sets.
fn draw(input: &TableInput<'_>) -> Result<String> {
    let TableInput { results, shown, data, .. } = *input;
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let synthetic = if data.ends_with("-like") { " (synthetic)" } else { "" };
    let measured = METRICS.map(|metric| metric.title());
    let others = OF_THE_PAPER.map(|(_, name)| format!("{name}, published"));
    let header = [format!("{data}{synthetic}"), "seeds".to_owned()];
    table.set_header(header.into_iter().chain(measured).chain(others).chain(["from".to_owned()]));
    let published = OF_THE_PAPER.iter().map(|(name, _)| published(name)).collect::<Result<Vec<_>>>()?;
    for Shown { label, experiment, role, .. } in shown {
        let Some(role) = *role else { continue };
        let rows = measured_rows(results, experiment, role);
        let elsewhere = elsewhere(&published, label);
        if rows.is_empty() && elsewhere.iter().all(String::is_empty) {
            continue;
        }
        let seeds = if rows.len() > 1 { rows.len().to_string() } else { String::new() };
        let from = if rows.is_empty() { String::new() } else { format!("{experiment}: {role}") };
        let figures = METRICS.map(|metric| figure(&rows, metric));
        table.add_row([label.clone(), seeds].into_iter().chain(figures).chain(elsewhere).chain([from]));
    }
    let known: Vec<_> = shown.iter().map(|shown| shown.label.as_str()).collect();
    for model in published.iter().flat_map(|of| &of.rows).map(|row| &row.model) {
        if !known.contains(&model.as_str()) {
            let cells = std::iter::once(model.clone()).chain(std::iter::repeat_n(String::new(), 1 + METRICS.len()));
            table.add_row(cells.chain(elsewhere(&published, model)).chain([String::new()]));
        }
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    Ok(format!("{table}\n\n{FOOTNOTE}"))
}

/// A model's published results on each of these data sets.
fn elsewhere(published: &[Published], model: &str) -> Vec<String> {
    let of = |published: &Published| {
        let row = published.rows.iter().find(|row| row.model == model)?;
        let figures = METRICS.map(|metric| row.test.get(&metric).map_or("-".to_owned(), |x| format!("{x:.3}")));
        Some(figures.join(" / ") + row.mark())
    };
    published.iter().map(|published| of(published).unwrap_or_default()).collect()
}

fn measured_rows<'a>(results: &'a Results, experiment: &str, role: Role) -> Vec<&'a Metrics> {
    let of_baselines = results.baselines.iter().filter(|baseline| baseline.name == experiment);
    let of_baselines = of_baselines.filter_map(|baseline| baseline.result.test.get(&role));
    let of_runs = results.runs.iter().filter(|run| run.name == experiment);
    of_baselines.chain(of_runs.filter_map(|run: &Run| run.result.evaluation.test.get(&role))).collect()
}

/// For one run: the mean over the users. For several runs: the mean and the standard deviation between them.
fn figure(rows: &[&Metrics], metric: Metric) -> String {
    match rows {
        [] => String::new(),
        [row] => row.get(&metric).map_or_else(String::new, |estimate| format!("{:.4}", estimate.mean)),
        rows => {
            let means = rows.iter().map(|row| row.get(&metric).map(|estimate| estimate.mean));
            means.collect::<Option<Vec<_>>>().map_or_else(String::new, |means| Estimate::between(&means).to_string())
        }
    }
}
