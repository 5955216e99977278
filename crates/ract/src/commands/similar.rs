//! `ract similar`: what a run recommends to someone who has a single item.

use super::chosen_run::ChosenRun;
use super::output::Output;
use crate::recommend::{Choice, Source, Titles};
use crate::tabular::{Cell, Table};
use crate::{Error, Result};
use ract_data::Interactions;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    chosen: ChosenRun,
    /// The item's id in the file that the data were prepared from
    #[arg(value_name = "ITEM")]
    item: String,
    /// Number of items
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// A CSV file of items and their titles, such as movies.csv of MovieLens
    #[arg(long, value_name = "FILE")]
    titles: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let source = Source::open(&args.chosen.run)?;
    let Some(item) = source.names.number(&args.item) else {
        return Err(Error::Usage(format!(
            "{}: no training user has the item '{}'",
            args.chosen.run.display(),
            args.item
        )));
    };
    let titles = args.titles.as_deref().map(Titles::read).transpose()?.unwrap_or_default();
    let history = Interactions::from_rows(source.names.items().len(), [[item]]);
    let choice = Choice { top: args.top as usize, ..Choice::default() };
    let best = source.recommender(args.chosen.role)?.recommend(&history, &choice)?;
    let title = Some(titles.of(&args.item)).filter(|title| !title.is_empty());
    let title = title.map(|title| format!(" ({title})")).unwrap_or_default();
    let mut text = format!("for someone who has only {}{title}", args.item);
    let mut table = Table::new(["rank", "item", "score", "title"]);
    for (rank, &(item, score)) in (1_usize..).zip(best.iter().flat_map(|list| &list.items)) {
        let item = source.names.item(item);
        table.add_row([Cell::number(rank), item.into(), Cell::number(score), titles.of(item).into()]);
        let _ = write!(text, "\n{rank:>3}  {item:<12} {score:>10.4}  {}", titles.of(item));
    }
    if args.output.json { args.output.print(&table) } else { super::print(&text) }
}
