//! `ract table`: a table of the paper.

use super::paper::{ML_1M, Source};
use crate::Result;
use crate::metrics::Metric;
use crate::paper::tables;
use clap::ValueEnum;
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
    /// NCF's protocol: HR@10 and NDCG@10 of the last item of every user among 99 others
    #[value(name = "3")]
    Three,
    /// Actors before and after the critic, beside the control; baselines
    #[value(name = "4")]
    Four,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let Args { number, source, metric } = args;
    let data = source.data(match number {
        Number::Three => "ncf-ml-100k",
        Number::One | Number::Two | Number::Four => ML_1M,
    });
    super::print(&match number {
        Number::One => tables::statistics::draw(&[Path::new("data"), Path::new("experiments/results")])?,
        Number::Two => {
            tables::comparison::draw(&source.results(data, &tables::comparison::experiments(), false)?, data)?
        }
        Number::Three => tables::ncf::draw(&source.results(data, &tables::ncf::EXPERIMENTS, false)?)?,
        Number::Four => {
            tables::actors::draw(&source.results(data, &tables::actors::EXPERIMENTS, false)?, metric)?.to_string()
        }
    });
    Ok(())
}
