//! `ract table`: a table of the paper, from the results that exist.

use clap::ValueEnum;
use ract::metrics::Metric;
use ract::results::Results;
use ract::{Result, table_of_actors, table_of_ncf};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which one
    number: Number,
    /// The folder beneath which the results lie [default: ncf-ml-100k or ml-1m in experiments/results]
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// Of which metric; table 3 has its own
    #[arg(long, default_value = "ndcg@100")]
    metric: Metric,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Number {
    /// NCF's protocol: HR@10 and NDCG@10 of the last item of every user among 99 others
    #[value(name = "3")]
    Three,
    /// Actors before and after the critic, beside the control; rivals
    #[value(name = "4")]
    Four,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let measured = match args.number {
        Number::Three => "experiments/results/ncf-ml-100k",
        Number::Four => "experiments/results/ml-1m",
    };
    let results = Results::read(&args.results.unwrap_or_else(|| measured.into()))?;
    match args.number {
        Number::Three => super::print(&table_of_ncf::draw(&results)?),
        Number::Four => super::print(&table_of_actors::draw(&results, args.metric)?),
    }
    Ok(())
}
