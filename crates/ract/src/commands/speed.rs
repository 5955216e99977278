//! `ract speed`: shows what `make bench` measured.

use super::output::Output;
use crate::Result;
use crate::report::speed::Speed;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files that `make bench` or `make bench-compare` wrote, such as those in experiments/speed; of several, one table
    /// has a row for each
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let speeds = args.files.iter().map(|file| Speed::read(file)).collect::<Result<Vec<_>>>()?;
    match &speeds[..] {
        [one] => args.output.print(one),
        several => args.output.print(&Speed::by_size(several)),
    }
}
