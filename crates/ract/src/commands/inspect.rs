//! `ract inspect`: the gradients of one batch, as a table or as a graph.

use super::output::Output;
use crate::config::Phase;
use crate::experiment::inspect::Inspection;
use crate::paper::figures;
use crate::plot::Figure;
use crate::tabular::{Cell, Table};
use crate::{Error, Result, experiment};
use clap::ValueEnum;
use layout::backends::svg::SVGWriter;
use layout::gv::{DotParser, GraphBuilder};
use ract_autodiff::inspect::{GradSummary, GradTable};
use ract_data::atomic_file::save;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run folder
    run: PathBuf,
    /// The batch of the phase's first epoch, counted from 0
    #[arg(long, value_name = "K", default_value_t = 0)]
    batch: usize,
    /// The phase whose loss is differentiated
    #[arg(long, default_value = "actor-critic")]
    phase: Which,
    /// Write the graph to a file for Graphviz
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// Write the weight that the critic gives to each user's loss (actor-critic phase) as CSV
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Draw that weight over the user's number of items, as SVG
    #[arg(long, value_name = "FILE")]
    weights_svg: Option<PathBuf>,
    /// Draw the graph as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    /// The actor's own loss
    Actor,
    /// The critic's loss, with the actor frozen
    Critic,
    /// Minus the critic's prediction, differentiated for the actor
    ActorCritic,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let (config, data, run) = experiment::open(&args.run)?;
    let phase = match args.phase {
        Which::Actor => Phase::Actor,
        Which::Critic => Phase::Critic,
        Which::ActorCritic => Phase::ActorCritic,
    };
    let inspection = crate::experiment::inspect::inspect(&config, &data, &run, phase, args.batch)?;
    let Inspection { loss, table, without_gradient, dot, weights } = inspection;
    if weights.is_empty() && (args.weights.is_some() || args.weights_svg.is_some()) {
        let message = format!(
            "{phase}: weights exist only in the actor-critic phase, for a critic that sees seen, unseen and loss"
        );
        return Err(Error::Usage(message));
    }
    args.output.say(&format!("{phase}, batch {}: loss {loss:.6}\n\n{table}", args.batch))?;
    if args.output.json {
        args.output.print(&rows(&table))?;
    } else if !without_gradient.is_empty() {
        super::print(&format!("constant, without gradient: {}", without_gradient.join(", ")))?;
    }
    if let Some(path) = args.dot {
        save(&path, &dot)?;
    }
    if let Some(path) = args.weights_svg {
        let figure = Figure { title: config.actor_label().to_owned(), panels: vec![figures::weights(&weights)] };
        save(&path, figure.svg()?)?;
    }
    if let Some(path) = args.weights {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| Error::Failed(format!("cannot write {}: {error}", path.display()));
        weights.iter().try_for_each(|weight| csv.serialize(weight)).map_err(failed)?;
        let bytes = csv.into_inner().map_err(|error| Error::Failed(error.to_string()))?;
        save(&path, &bytes)?;
    }
    if let Some(path) = args.svg {
        save(&path, drawn(&dot)?)?;
    }
    Ok(())
}

/// The gradients, for JSON.
fn rows(table: &GradTable) -> Table {
    let mut rows = Table::new(["name", "shape", "norm", "max", "zeros", "NaN", "inf"]);
    for GradSummary { name, shape, norm, max, zeros, nans, infinities } in &table.0 {
        let numbers = [norm, max, zeros].map(Cell::number).into_iter().chain([nans, infinities].map(Cell::number));
        rows.add_row([name.clone().into(), shape.to_string().into()].into_iter().chain(numbers));
    }
    rows
}

fn drawn(dot: &str) -> Result<String> {
    let graph =
        DotParser::new(dot).process().map_err(|error| Error::Failed(format!("cannot draw the graph: {error}")))?;
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&graph);
    let mut svg = SVGWriter::new();
    builder.get().do_it(false, false, false, &mut svg);
    Ok(svg.finalize())
}
