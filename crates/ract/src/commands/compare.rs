//! `ract compare`: paired tests between runs on the same split.

use super::output::Output;
use crate::metrics::Metric;
use crate::paper::gains::{self, BOOTSTRAP, T, WILCOXON};
use crate::run::Measured;
use crate::tabular::Column;
use crate::{Error, Result};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Two or more run folders, or folders with one run folder per seed, in runs/ or in experiments/results/; add `:` and
    /// a role to choose what is compared, such as runs/demo:control
    #[arg(value_name = "RUN[:TESTED]", required = true, num_args = 2..)]
    runs: Vec<String>,
    /// The metric to compare by
    #[arg(long, default_value = "ndcg@100")]
    metric: Metric,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let measured = args.runs.iter().map(|run| Measured::read(run)).collect::<Result<Vec<_>>>()?;
    let mut rows = Vec::new();
    for (place, before) in measured.iter().enumerate() {
        for after in &measured[place + 1..] {
            if after.name == before.name {
                return Err(Error::Usage(format!("{} is named twice", after.name)));
            }
            let comparison = after.over(before, args.metric)?;
            let names = vec![format!("{} - {}", after.name, before.name).into()];
            rows.push(gains::Row { names, gain: comparison.gain, comparison: Some(comparison) });
        }
    }
    let title = Column::keyed(args.metric.title(), "runs");
    args.output.print(&gains::table(&[title], &rows, &[BOOTSTRAP, T, WILCOXON]))
}
