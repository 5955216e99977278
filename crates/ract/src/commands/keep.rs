//! `ract keep`: copies the small files of finished runs to the folder that the repository keeps.

use super::terminal::Terminal;
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
        for copy in keep(data)? {
            let folder = copy.folder().display();
            if !copy.has_per_user() {
                Terminal::new()
                    .line(&format!("{folder}: without the values of each user, which the run does not have"));
            }
            super::print(&folder)?;
        }
    }
    Ok(())
}
