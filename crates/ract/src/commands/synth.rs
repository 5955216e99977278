//! `ract synth`: a synthetic ratings file, to try things at full size without a download.

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use ract::{Error, Result};
use ract_data::RatingsLikeMl20m;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The public data set whose shape it has
    #[arg(long, value_name = "NAME")]
    like: Like,
    /// Scales users and ratings; movies go with its square root
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// The same seed makes the same file
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The CSV file to write; an older one is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Like {
    /// MovieLens 20M: at scale 1, 138,493 users, 26,744 movies, 20,000,263 ratings
    #[value(name = "ml-20m")]
    Ml20m,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let Like::Ml20m = args.like;
    let ratings = RatingsLikeMl20m { scale: args.scale, seed: args.seed };
    let size = ratings.size().map_err(|error| Error::Usage(error.to_string()))?;
    let style = ProgressStyle::with_template("{msg:>12} {bar:30} {percent:>3}%  {eta:>4} left");
    let bar = ProgressBar::new(size.users as u64).with_message("writing");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    ratings.write(&args.out, |users| bar.set_position(users as u64))?;
    bar.finish_and_clear();
    super::print(&format!(
        "{}: {} ratings of {} movies by {} users, seed {}",
        args.out.display(),
        super::thousands(size.ratings),
        super::thousands(size.movies),
        super::thousands(size.users),
        args.seed
    ));
    Ok(())
}
