//! `ract table`: a table of the paper.

use super::output::Output;
use super::paper::Source;
use crate::metrics::Metric;
use crate::paper::figures::Needs;
use crate::paper::index::Index;
use crate::paper::tables::{TABLES, TableInput};
use crate::run::layout;
use crate::{Error, Result};

#[derive(clap::Args)]
#[command(after_help = help())]
pub(crate) struct Args {
    /// The number of the table
    number: u8,
    #[command(flatten)]
    source: Source,
    /// The metric to show [default: ndcg@100; for table 2: three]
    #[arg(long)]
    metric: Option<Metric>,
    #[command(flatten)]
    output: Output,
}

/// The numbers and contents of all tables.
fn help() -> String {
    TABLES.iter().map(|table| format!("{}: {}\n", table.number, table.about)).collect()
}

pub(crate) fn run(args: Args) -> Result<()> {
    let Args { number, source, metric, output } = args;
    let table = TABLES.iter().find(|table| table.number == number);
    let table =
        table.ok_or_else(|| Error::Usage(format!("there is no table {number}: write 1 to {}", TABLES.len())))?;
    let index = Index::read(&layout::index())?;
    let drawn = source.results(&index, &index.table(number), Needs::Results)?;
    let input = TableInput {
        results: &drawn.results,
        shown: &drawn.shown,
        data: &drawn.data,
        metric: metric.unwrap_or(Metric::ndcg(100)),
        is_one_metric: metric.is_some(),
        is_kept: source.kept,
    };
    output.print(&(table.draw)(&input)?)
}
