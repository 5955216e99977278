//! Table 2: the main comparison.

use super::{Drawn, TableEntry, TableInput};
use crate::Result;
use crate::config::Role;
use crate::metrics::{Metric, Pooled};
use crate::paper::index::Shown;
use crate::paper::published::{FOOTNOTE, OF_THE_PAPER, Published, published};
use crate::paper::table::{Captioned, OVER_SEEDS, pooled};
use crate::run::{Baseline, OverSeeds, Results, Run};
use crate::tabular::{Cell, Column, Table};

pub(super) const ENTRY: TableEntry = TableEntry { number: 2, about: "the main comparison", draw };

/// The metrics of the paper's table, unless one was asked for.
const METRICS: [Metric; 3] = [Metric::recall(20), Metric::recall(50), Metric::ndcg(100)];

/// One row per model: its results on the data set, and the published results on the paper's data sets.
fn draw(input: &TableInput<'_>) -> Result<Drawn> {
    let TableInput { results, shown, data, .. } = *input;
    let synthetic = if data.ends_with("-like") { " (synthetic)" } else { "" };
    let metrics = if input.is_one_metric { &[input.metric][..] } else { &METRICS };
    let titles = metrics.iter().map(|metric| metric.title().into());
    let others = OF_THE_PAPER.map(|(_, name)| format!("{name}, published").into());
    let first = [Column::keyed(format!("{data}{synthetic}"), "name"), "seeds".into()];
    let mut table = Table::new(first.into_iter().chain(titles).chain(others).chain(["from".into()])).right(1..);
    let published = OF_THE_PAPER.iter().map(|(name, _)| published(name)).collect::<Result<Vec<_>>>()?;
    for Shown { label, experiment, role, .. } in shown {
        let Some(role) = *role else { continue };
        let (seeds, figures) = measured(results, experiment, role, metrics)?;
        let is_measured = figures.iter().any(Option::is_some);
        let elsewhere = elsewhere(&published, label, metrics);
        if !is_measured && elsewhere.iter().all(String::is_empty) {
            continue;
        }
        let seeds = if seeds > 1 { Cell::number(seeds) } else { Cell::empty() };
        let from = if is_measured { format!("{experiment}: {role}") } else { String::new() };
        let cells = [label.clone().into(), seeds].into_iter().chain(figures.into_iter().map(pooled));
        table.add_row(cells.chain(elsewhere.into_iter().map(Cell::from)).chain([from.into()]));
    }
    let known: Vec<_> = shown.iter().map(|shown| shown.label.as_str()).collect();
    for model in published.iter().flat_map(|of| &of.rows).map(|row| &row.model) {
        if !known.contains(&model.as_str()) {
            let cells = std::iter::once(model.clone()).chain(std::iter::repeat_n(String::new(), 1 + metrics.len()));
            table.add_row(cells.chain(elsewhere(&published, model, metrics)).chain([String::new()]));
        }
    }
    Ok(Drawn(vec![Captioned { table, caption: format!("{OVER_SEEDS}\n\n{FOOTNOTE}") }]))
}

/// A model's published results on each of these data sets.
fn elsewhere(published: &[Published], model: &str, metrics: &[Metric]) -> Vec<String> {
    let of = |published: &Published| {
        let row = published.rows.iter().find(|row| row.model == model)?;
        let figure = |metric| row.test.get(metric).map_or("-".to_owned(), |x| format!("{x:.3}"));
        Some(metrics.iter().map(figure).collect::<Vec<_>>().join(" / ") + row.mark())
    };
    published.iter().map(|published| of(published).unwrap_or_default()).collect()
}

/// The number of runs of a role of an experiment, and their results.
pub(super) fn measured(
    results: &Results,
    experiment: &str,
    role: Role,
    metrics: &[Metric],
) -> Result<(usize, Vec<Option<Pooled>>)> {
    let is_of = |baseline: &&Baseline| baseline.name == experiment;
    if let Some(test) = results.baselines.iter().find(is_of).and_then(|baseline| baseline.result.test.get(&role)) {
        let figure = |metric| test.get(metric).copied().map(Pooled::from);
        return Ok((1, metrics.iter().map(figure).collect()));
    }
    let runs: Vec<&Run> = results.runs.iter().filter(|run| run.name == experiment).collect();
    let over = OverSeeds::of_runs(&runs)?;
    let figure = |&metric| over.mean(role, metric);
    Ok((runs.len(), metrics.iter().map(figure).collect()))
}
