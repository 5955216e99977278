//! `ract list`: the experiments of a group, one file per line.

use super::output::Output;
use super::paper::ML_1M;
use crate::paper::index::Index;
use crate::run::{Experiment, layout};
use crate::tabular::{Cell, Table, Tables};
use crate::{Error, Result};
use std::fmt::{self, Display};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The group in experiments/index.toml; without it, all groups are listed
    group: Option<String>,
    /// The data set: the folder of its files in experiments/
    #[arg(long, default_value = ML_1M)]
    data: String,
    #[command(flatten)]
    output: Output,
}

/// Lines for people, which are rows in JSON.
struct Lines(Table, Vec<String>);

impl Tables for Lines {
    fn tables(&self) -> Vec<Table> {
        self.0.tables()
    }
}

impl Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1.join("\n"))
    }
}

pub(crate) fn run(args: Args) -> Result<()> {
    let index = Index::read(&layout::index())?;
    let Some(group) = args.group else {
        let mut table = Table::new(["group", "experiments"]);
        let mut lines = Vec::new();
        for (name, experiments) in &index.groups {
            let joined = experiments.join(", ");
            lines.push(format!("{name}: {joined}"));
            table.add_row([name.clone().into(), Cell::of(joined, experiments)]);
        }
        return args.output.print(&Lines(table, lines));
    };
    let mut table = Table::new(["file"]);
    for name in index.group(&group).map_err(Error::Usage)? {
        let file = Experiment { data: args.data.clone(), name: name.clone() }.file();
        // A group is shared by all data sets, and some of them do not have this experiment.
        if file.exists() {
            table.add_row([file.display().to_string()]);
        }
    }
    let lines: Vec<String> = table.texts().flatten().collect();
    // A shell that goes over the lines is not to find an empty one.
    if lines.is_empty() && !args.output.json { Ok(()) } else { args.output.print(&Lines(table, lines)) }
}
