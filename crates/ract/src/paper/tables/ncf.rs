//! Table 3: the last item of every user is ranked among 99 items that the user does not have (NCF's protocol).

use super::{Drawn, TableEntry, TableInput};
use crate::Result;
use crate::config::Role;
use crate::metrics::{Metric, Pooled};
use crate::paper::published::{FOOTNOTE, published};
use crate::paper::table::{Captioned, OVER_SEEDS, pooled};
use crate::run::OverSeeds;
use crate::tabular::{Cell, Column, Table};
use std::collections::BTreeSet;

pub(super) const ENTRY: TableEntry = TableEntry {
    number: 3,
    about: "NCF's protocol: HR@10 and NDCG@10 of the last item of every user among 99 others",
    draw,
};

/// With one held-out item, the hit rate equals the recall.
const COLUMNS: [(Metric, &str); 2] = [(Metric::recall(10), "HR@10"), (Metric::ndcg(10), "NDCG@10")];
/// The data sets that NCF's authors used. Their published numbers are shown even without results of ours.
const PUBLISHED: [&str; 2] = ["ncf-ml-1m", "ncf-pinterest"];

/// One table per data set. It has a row for each actor, its control and its RaCT; then a row for each baseline; then the
/// published rows. Results for rankings of all items are left out.
fn draw(input: &TableInput<'_>) -> Result<Drawn> {
    let results = input.results;
    let mut groups = results.over_seeds()?;
    groups.retain(|runs| runs.iter().all(|run| run.result.evaluation.candidates.is_some()));
    let baselines =
        results.baselines.iter().map(|baseline| &baseline.result).filter(|baseline| baseline.candidates.is_some());
    let baselines: Vec<_> = baselines.collect();
    let of_runs = groups.iter().map(|runs| runs[0].result.dataset.as_str());
    let datasets: BTreeSet<&str> =
        of_runs.chain(baselines.iter().map(|baseline| &*baseline.dataset)).chain(PUBLISHED).collect();
    let mut tables = Vec::new();
    for dataset in datasets {
        let mut rows = Vec::new();
        for runs in groups.iter().filter(|runs| runs[0].result.dataset == dataset) {
            let over_seeds = OverSeeds::of_runs(runs)?;
            let tested = over_seeds.roles();
            let shown = [Some(Role::Actor), Role::control(), Some(Role::Ract)].into_iter().flatten();
            for role in shown.filter(|role| tested.contains(role)) {
                let label = match role {
                    Role::Actor => runs[0].label(),
                    _ => format!("{}, {}", runs[0].label(), role.label("")),
                };
                rows.push(row(label, Cell::number(runs.len()), |metric| pooled(over_seeds.mean(role, metric))));
            }
        }
        for baseline in baselines.iter().filter(|baseline| baseline.dataset == dataset) {
            for found in baseline.test.values() {
                let figure = |metric| pooled(found.get(&metric).copied().map(Pooled::from));
                rows.push(row(baseline.label(), Cell::empty(), figure));
            }
        }
        for published in published(dataset)?.rows {
            let number = |x: &f64| Cell::of(format!("{x:.3}"), x);
            let shown = |metric| published.test.get(&metric).map_or_else(Cell::empty, number);
            rows.push(row(format!("{}, published{}", published.model, published.mark()), Cell::empty(), shown));
        }
        let first = [Column::keyed(dataset, "name"), "seeds".into()];
        let mut table = Table::new(first.into_iter().chain(COLUMNS.map(|(_, name)| name.into()))).right(1..);
        rows.into_iter().for_each(|row| table.add_row(row));
        tables.push(Captioned { table, caption: String::new() });
    }
    if let Some(last) = tables.last_mut() {
        last.caption = [OVER_SEEDS, FOOTNOTE].join("\n\n");
    }
    Ok(Drawn(tables))
}

fn row(label: String, seeds: Cell, figure: impl Fn(Metric) -> Cell) -> Vec<Cell> {
    [label.into(), seeds].into_iter().chain(COLUMNS.map(|(metric, _)| figure(metric))).collect()
}
