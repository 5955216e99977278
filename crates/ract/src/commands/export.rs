//! `ract export`: a trained actor as files that other programs read.

use crate::Result;
use crate::config::Role;
use crate::recommend::{Source, export};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder of a finished run
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The folder to write: weights.safetensors, weights.npz, items.txt (line i: the id of item i) and model.json (how the
    /// scores are computed)
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The recommender: actor, control, ract ... [default: the run's last one]
    #[arg(long = "of", value_name = "ROLE")]
    role: Option<Role>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let source = Source::open(&args.run)?;
    let mut recommender = source.recommender(args.role)?;
    export(&source, &mut recommender, &args.out)?;
    super::print(&args.out.display())
}
