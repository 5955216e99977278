//! `ract figure`: a figure of the paper, as SVG, PNG and CSV.

use super::paper::Source;
use crate::paper::figures::{FIGURES, FigureInput};
use crate::paper::index::Index;
use crate::run::layout::{self, figures_of_data};
use crate::{Error, Result};
use ract_data::atomic_file;
use std::path::PathBuf;

#[derive(clap::Args)]
#[command(after_help = help())]
pub(crate) struct Args {
    /// The number of the figure
    number: u8,
    #[command(flatten)]
    source: Source,
    /// The folder for figure-N.svg, .png and .csv [default: experiments/figures/ and the data set]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The numbers and titles of all figures.
fn help() -> String {
    FIGURES.iter().map(|figure| format!("{}: {}\n", figure.number, figure.title)).collect()
}

pub(crate) fn run(args: Args) -> Result<()> {
    let number = args.number;
    let figure = FIGURES.iter().find(|figure| figure.number == number);
    let figure =
        figure.ok_or_else(|| Error::Usage(format!("there is no figure {number}: write 1 to {}", FIGURES.len())))?;
    let index = Index::read(&layout::index())?;
    let drawn = args.source.results(&index, &index.figure(number), figure.needs)?;
    let of_data = if drawn.shown.is_empty() { String::new() } else { format!("; {}", drawn.data) };
    let title = format!("{}{of_data}", figure.title);
    let input = FigureInput { results: &drawn.results, shown: &drawn.shown, title };
    let figure = (figure.draw)(&input)?;
    let out = args.out.unwrap_or_else(|| figures_of_data(&drawn.data));
    std::fs::create_dir_all(&out).map_err(Error::file("create", &out))?;
    let files = [("svg", figure.svg()?.into_bytes()), ("png", figure.png()?), ("csv", figure.csv()?.into_bytes())];
    for (extension, bytes) in files {
        let path = out.join(format!("figure-{number}.{extension}"));
        atomic_file::save(&path, bytes)?;
        super::print(&path.display().to_string())?;
    }
    Ok(())
}
