//! `ract doctor`: what this machine and this folder offer.

use super::output::{self, Output};
use crate::Result;
use crate::run::{Provenance, RunPath};
use ract_autodiff::{Precision, Products, Vectors};
use ract_data::prepared::Meta;
use ract_models::baselines::free_memory;
use serde::Serialize;
use std::fmt::{self, Display};
use std::path::Path;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Findings {
    version: String,
    commit: String,
    machine: String,
    /// The vectors that the kernels use.
    vectors: &'static str,
    /// How `precision = "bf16"` and `"bf16x3"` would multiply here.
    bf16: String,
    bf16x3: String,
    free_memory_bytes: u64,
    data: Vec<Prepared>,
    /// The number of runs and baselines beneath `runs/`.
    runs: usize,
}

/// A prepared folder in `data/`.
#[derive(Serialize)]
struct Prepared {
    folder: String,
    /// Why it cannot be used, if it cannot.
    problem: Option<String>,
    users: usize,
    items: usize,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let Provenance { version, commit, machine, .. } = Provenance::here();
    let findings = Findings {
        version,
        commit,
        machine,
        vectors: Vectors::in_use(),
        bf16: Products::fastest(Precision::Bf16).to_string(),
        bf16x3: Products::fastest(Precision::Bf16x3).to_string(),
        free_memory_bytes: free_memory(),
        data: folders("data").into_iter().filter_map(|folder| prepared(&folder)).collect(),
        runs: runs("runs", 3),
    };
    if args.output.json { output::json(&findings) } else { super::print(&findings) }
}

/// The folders in a folder, in the order of their names; none where there is no such folder.
fn folders(of: impl AsRef<Path>) -> Vec<String> {
    let entries = std::fs::read_dir(of).into_iter().flatten().flatten();
    let mut folders: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).map(|path| path.display().to_string()).collect();
    folders.sort();
    folders
}

/// The number of run folders in `folder`, and in its folders to that depth.
fn runs(folder: &str, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let of = |folder: &String| if RunPath::at(folder).is_begun() { 1 } else { runs(folder, depth - 1) };
    folders(folder).iter().map(of).sum()
}

fn prepared(folder: &str) -> Option<Prepared> {
    let of = |problem, users, items| Prepared { folder: folder.to_owned(), problem, users, items };
    match Meta::read(Path::new(folder)) {
        Ok(None) => None,
        Ok(Some(meta)) => Some(of(None, meta.training_users, meta.items)),
        Err(error) => Some(of(Some(error.to_string()), 0, 0)),
    }
}

impl Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = super::thousands;
        writeln!(f, "ract {} ({})", self.version, self.commit)?;
        writeln!(f, "machine   {}; kernels: {}", self.machine, self.vectors)?;
        writeln!(f, "bf16      products in {}; bf16x3: products in {}", self.bf16, self.bf16x3)?;
        writeln!(f, "memory    {:.1} GB free", self.free_memory_bytes as f64 / 1e9)?;
        if self.data.is_empty() {
            writeln!(f, "data      none prepared in data/: see `ract prepare --list`")?;
        }
        for Prepared { folder, problem, users, items } in &self.data {
            match problem {
                None => writeln!(f, "data      {folder}: {} training users, {} items", n(*users), n(*items))?,
                Some(problem) => writeln!(f, "data      {problem}")?,
            }
        }
        write!(f, "runs      {} in runs/", self.runs)
    }
}
