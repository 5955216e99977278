//! `ract compare`: paired tests between runs on the same split.

use crate::metrics::{Comparison, Metric, holm};
use crate::run::Measured;
use crate::{Error, Result};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Two or more run folders, or folders with one run folder per seed; add `:` and a role to choose what is compared,
    /// such as runs/demo:control
    #[arg(value_name = "RUN[:TESTED]", required = true, num_args = 2..)]
    runs: Vec<String>,
    /// The metric to compare by
    #[arg(long, default_value = "ndcg@100")]
    metric: Metric,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let measured = args.runs.iter().map(|run| Measured::read(run)).collect::<Result<Vec<_>>>()?;
    let mut pairs: Vec<(String, Comparison)> = Vec::new();
    for (place, before) in measured.iter().enumerate() {
        for after in &measured[place + 1..] {
            if after.name == before.name {
                return Err(Error::Usage(format!("{} is named twice", after.name)));
            }
            pairs.push((format!("{} - {}", after.name, before.name), after.over(before, args.metric)?));
        }
    }
    let adjusted = |p: fn(&Comparison) -> f64| holm(&pairs.iter().map(|(_, pair)| p(pair)).collect::<Vec<_>>());
    let (t, wilcoxon) = (adjusted(|pair| pair.t), adjusted(|pair| pair.wilcoxon));
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let title = format!("{}, paired by user", args.metric.title());
    table.set_header([&title, "difference", "95 % (bootstrap)", "p (t)", "Holm", "p (Wilcoxon)", "Holm"]);
    for (place, (name, pair)) in pairs.iter().enumerate() {
        let (low, high) = pair.interval;
        table.add_row([
            name.clone(),
            format!("{:+.4} ± {:.4}", pair.mean, pair.se),
            format!("{low:+.4} to {high:+.4}"),
            probability(pair.t),
            probability(t[place]),
            probability(pair.wilcoxon),
            probability(wilcoxon[place]),
        ]);
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    super::print(&table.to_string());
    Ok(())
}

fn probability(p: f64) -> String {
    if p < 1e-4 { "< 0.0001".to_owned() } else { format!("{p:.4}") }
}
