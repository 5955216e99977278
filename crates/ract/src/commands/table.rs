//! `ract table`: a table of the paper.

use super::paper::Source;
use clap::ValueEnum;
use ract::metrics::Metric;
use ract::{Result, tables};
use std::path::Path;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which one
    number: Number,
    #[command(flatten)]
    source: Source,
    /// Of which metric (table 4)
    #[arg(long, default_value = "ndcg@100")]
    metric: Metric,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Number {
    /// What the data sets hold
    #[value(name = "1")]
    One,
    /// The main comparison
    #[value(name = "2")]
    Two,
    /// Actors before and after the critic, beside the control; rivals
    #[value(name = "4")]
    Four,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let source = &args.source;
    super::print(&match args.number {
        Number::One => tables::statistics::draw(&[Path::new("data"), Path::new("experiments/results")])?,
        Number::Two => {
            tables::comparison::draw(&source.results(&tables::comparison::experiments(), false)?, &source.data)?
        }
        Number::Four => {
            tables::actors::draw(&source.results(&tables::actors::EXPERIMENTS, false)?, args.metric)?.to_string()
        }
    });
    Ok(())
}
