//! `ract export`: a trained actor as files that other programs read.

use super::chosen_run::ChosenRun;
use crate::Result;
use crate::recommend::{Source, export};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    chosen: ChosenRun,
    /// The folder to write: weights.safetensors, weights.npz, items.txt (line i: the id of item i) and model.json (how the
    /// scores are computed)
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let source = Source::open(&args.chosen.run)?;
    let mut recommender = source.recommender(args.chosen.role)?;
    export(&source, &mut recommender, &args.out)?;
    super::print(&args.out.display())
}
