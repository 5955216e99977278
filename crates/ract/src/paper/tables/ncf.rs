//! Table 3: the last item of every user is ranked among 99 items that the user does not have (NCF's protocol).

use super::{TableEntry, TableInput};
use crate::Result;
use crate::config::Role;
use crate::metrics::Metric;
use crate::paper::published::{FOOTNOTE, published};
use crate::paper::table::{OVER_SEEDS, align};
use crate::run::OverSeeds;
use comfy_table::{Table, presets::ASCII_MARKDOWN};
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
fn draw(input: &TableInput<'_>) -> Result<String> {
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
                let figure = |metric| over_seeds.mean(role, metric).map(|mean| mean.to_string());
                rows.push(row(label, runs.len().to_string(), figure));
            }
        }
        for baseline in baselines.iter().filter(|baseline| baseline.dataset == dataset) {
            for found in baseline.test.values() {
                rows.push(row(baseline.label(), String::new(), |metric| Some(found.get(&metric)?.to_string())));
            }
        }
        for published in published(dataset)?.rows {
            let shown = |metric| published.test.get(&metric).map(|x| format!("{x:.3}"));
            rows.push(row(format!("{}, published{}", published.model, published.mark()), String::new(), shown));
        }
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN);
        table.set_header([dataset, "seeds"].into_iter().chain(COLUMNS.map(|(_, name)| name)));
        table.add_rows(rows);
        align(&mut table, 1);
        tables.push(table.to_string());
    }
    tables.extend([OVER_SEEDS, FOOTNOTE].map(str::to_owned));
    Ok(tables.join("\n\n"))
}

fn row(label: String, seeds: String, figure: impl Fn(Metric) -> Option<String>) -> Vec<String> {
    [label, seeds].into_iter().chain(COLUMNS.map(|(metric, _)| figure(metric).unwrap_or_default())).collect()
}
