//! `ract keep`: copies the small files of finished runs to the folder that the repository keeps.

use crate::Result;
use crate::run::keep;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The data sets: folders in runs/
    #[arg(required = true)]
    data: Vec<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    for data in &args.data {
        for folder in keep(data)? {
            super::print(&folder.display());
        }
    }
    Ok(())
}
