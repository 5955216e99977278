//! `ract synth`: a synthetic raw file, to try things at full size without a download.

use crate::{Error, Result};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use ract_data::{LookAlike, Original};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The public data set whose shape it has
    #[arg(long, value_name = "NAME")]
    like: Like,
    /// Scales users and ratings (plays); movies (songs) go with its square root, and so do the users of each
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// The same seed makes the same file
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The file to write, for netflix the folder; an older one is replaced
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Like {
    /// MovieLens 20M: at scale 1, 138,493 users, 26,744 movies, 20,000,263 ratings
    #[value(name = "ml-20m")]
    Ml20m,
    /// The Netflix Prize: 480,189 users, 17,770 movies, 100,480,507 ratings
    Netflix,
    /// The Million Song Dataset's taste profile: 1,019,318 users, 384,546 songs, 48,373,586 triplets
    Msd,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let (of, interactions, items) = match args.like {
        Like::Ml20m => (Original::Ml20m, "ratings", "movies"),
        Like::Netflix => (Original::Netflix, "ratings", "movies"),
        Like::Msd => (Original::Msd, "triplets", "songs"),
    };
    let like = LookAlike { of, scale: args.scale, seed: args.seed };
    let size = like.size().map_err(|error| Error::Usage(error.to_string()))?;
    let style = ProgressStyle::with_template("{msg:>12} {bar:30} {percent:>3}%  {eta:>4} left");
    let bar = ProgressBar::new(1000).with_message("writing");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    like.write(&args.out, |share| bar.set_position((1000.0 * share) as u64))?;
    bar.finish_and_clear();
    super::print(&format!(
        "{}: {} {interactions} of {} {items} by {} users, seed {}",
        args.out.display(),
        super::thousands(size.interactions),
        super::thousands(size.items),
        super::thousands(size.users),
        args.seed
    ));
    Ok(())
}
