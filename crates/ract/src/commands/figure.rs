//! `ract figure`: a figure of the paper, as SVG, PNG and CSV.

use super::paper::{ML_1M, Source};
use crate::paper::figures::{FIGURES, FigureEntry};
use crate::{Error, Result};
use ract_data::atomic_file;
use std::path::{Path, PathBuf};

const FIGURES_FOLDER: &str = "experiments/figures";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which one, from 1 to 7
    #[arg(value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    number: u8,
    #[command(flatten)]
    source: Source,
    /// Where figure-N.svg, figure-N.png and figure-N.csv go [default: experiments/figures and the data set's name]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let entry = FIGURES.iter().find(|entry| entry.number == args.number);
    let Some(FigureEntry { number, title, experiments, needs_folders, draw }) = entry else {
        return Err(Error::Usage(format!("there is no figure {}", args.number)));
    };
    let data = args.source.data(ML_1M);
    let results = args.source.results(data, experiments, *needs_folders)?;
    let title = if experiments.is_empty() { (*title).to_owned() } else { format!("{title}; {data}") };
    let figure = draw(&results, title)?;
    let out = args.out.unwrap_or_else(|| Path::new(FIGURES_FOLDER).join(data));
    std::fs::create_dir_all(&out).map_err(Error::file("create", &out))?;
    let files = [("svg", figure.svg()?.into_bytes()), ("png", figure.png()?), ("csv", figure.csv()?.into_bytes())];
    for (extension, bytes) in files {
        let path = out.join(format!("figure-{number}.{extension}"));
        atomic_file::save(&path, bytes)?;
        super::print(&path.display().to_string());
    }
    Ok(())
}
