//! `ract list`: the experiments of a group, one file per line.

use super::paper::ML_1M;
use crate::paper::index::Index;
use crate::run::{Experiment, layout};
use crate::{Error, Result};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The group in experiments/index.toml; without it, all groups are listed
    group: Option<String>,
    /// The data set: the folder of its files in experiments/
    #[arg(long, default_value = ML_1M)]
    data: String,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let index = Index::read(&layout::index())?;
    let Some(group) = args.group else {
        for (name, experiments) in &index.groups {
            super::print(&format!("{name}: {}", experiments.join(", ")))?;
        }
        return Ok(());
    };
    for name in index.group(&group).map_err(Error::Usage)? {
        let file = Experiment { data: args.data.clone(), name: name.clone() }.file();
        // A group is shared by all data sets, and some of them do not have this experiment.
        if file.exists() {
            super::print(&file.display())?;
        }
    }
    Ok(())
}
