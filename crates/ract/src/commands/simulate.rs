//! `ract simulate`: a log of outcomes in an invented world, to try a critic that learns from one.

use crate::experiment;
use crate::experiment::simulate::{World, simulate};
use crate::training::outcomes::with_names;
use crate::{Error, Result};
use ract_data::atomic_file::AtomicFile;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder of a run that has finished its actor
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Lists for each user
    #[arg(long, default_value_t = 10)]
    lists: usize,
    /// Items in a list
    #[arg(long, default_value_t = 20)]
    top: usize,
    /// How far the lists stray from the actor's order: items are drawn from the softmax of scores divided by this
    #[arg(long, default_value_t = 1.0)]
    temperature: f64,
    /// The same seed shows the same lists
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let Args { run, out, lists, top, temperature, seed } = args;
    if !(temperature > 0.0 && temperature.is_finite()) {
        return Err(Error::Usage(format!("--temperature {temperature}: it must be above 0")));
    }
    let (config, data, run) = experiment::open(&run)?;
    let outcomes = simulate(&config, &data, &run, &World { lists, top, temperature, seed })?;
    let mut file = AtomicFile::create(&out).map_err(Error::file("write", &out))?;
    with_names(&config, &data.train, |names| outcomes.write(file.file(), names).map_err(Error::file("write", &out)))?;
    file.commit().map_err(Error::file("write", &out))?;
    let sales: f64 = outcomes.lists.iter().map(|list| f64::from(list.outcome)).sum();
    super::print(&format!(
        "{}: {} lists of {top} items, {:.3} sales each",
        out.display(),
        super::thousands(outcomes.lists.len()),
        sales / outcomes.lists.len().max(1) as f64
    ))?;
    Ok(())
}
