//! `ract synth`: a synthetic raw file, to try things at full size without a download.

use crate::{Error, Result};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressStyle};
use ract_data::synthetic::{SHAPES, Shape, SyntheticFile};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The public data set whose shape it has
    #[arg(long, value_name = "NAME", value_parser = shapes())]
    like: &'static Shape,
    /// Scales users and ratings (plays); movies (songs) go with its square root, and so do the users of each
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// The same seed makes the same file
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The file to write, for netflix the folder; a file that is there is not replaced
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

fn shapes() -> impl TypedValueParser<Value = &'static Shape> {
    let value = |shape: &&'static Shape| {
        let (size, n) = (shape.of.size, super::thousands);
        PossibleValue::new(shape.of.name).help(format!(
            "{}: at scale 1, {} users, {} {}, {} {}",
            shape.of.title,
            n(size.users),
            n(size.items),
            shape.items,
            n(size.interactions),
            shape.interactions
        ))
    };
    let named = |name: String| Shape::named(&name).ok_or("no such shape");
    PossibleValuesParser::new(SHAPES.iter().map(value)).try_map(named)
}

pub(crate) fn run(args: Args) -> Result<()> {
    let shape = args.like;
    let file = SyntheticFile { shape, scale: args.scale, seed: args.seed };
    let size = file.size().map_err(|error| Error::Usage(error.to_string()))?;
    let style = ProgressStyle::with_template("{msg:>12} {bar:30} {percent:>3}%  {eta:>4} left");
    let bar = ProgressBar::new(1000).with_message("writing");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    file.write(&args.out, |share| bar.set_position((1000.0 * share) as u64))?;
    bar.finish_and_clear();
    super::print(&format!(
        "{}: {} {} of {} {} by {} users, seed {}",
        args.out.display(),
        super::thousands(size.interactions),
        shape.interactions,
        super::thousands(size.items),
        shape.items,
        super::thousands(size.users),
        args.seed
    ))?;
    Ok(())
}
