//! `ract table`: a table of the paper, from the results that exist.

use clap::ValueEnum;
use ract::metrics::Metric;
use ract::results::Results;
use ract::{Result, table_of_actors};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which one
    number: Number,
    /// The folder beneath which the results lie
    #[arg(long, value_name = "DIR", default_value = "experiments/results/ml-1m")]
    results: PathBuf,
    /// Of which metric
    #[arg(long, default_value = "ndcg@100")]
    metric: Metric,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Number {
    /// Actors before and after the critic, beside the control; rivals
    #[value(name = "4")]
    Four,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let results = Results::read(&args.results)?;
    match args.number {
        Number::Four => super::print(&table_of_actors::draw(&results, args.metric)?),
    }
    Ok(())
}
