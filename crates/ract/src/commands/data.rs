//! `ract data`: what is in a prepared folder.

use super::output::Output;
use super::thousands as n;
use super::{curve, terminal::Terminal};
use crate::Result;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Series};
use crate::tabular::{Cell, Column, Table};
use ract_data::prepared::Meta;
use ract_data::{Dataset, HeldOut, Interactions};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder that `ract prepare` wrote
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Also draw how the interactions are spread over items and users, in this SVG file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let data = Dataset::read(&args.folder)?;
    if let Some(meta) = Meta::read(&args.folder)? {
        let rating = meta.min_rating.map(|min| format!(", ratings above {min}")).unwrap_or_default();
        args.output.say(&format!("from {}: {} rows{rating}", meta.source, n(meta.raw_rows as usize)))?;
        args.output.say(&meta.split_in_words())?;
    }
    args.output.print(&table(&data))?;
    let popularity = descending(data.train.item_counts().into_iter().map(|count| count as usize));
    let drawing = curve::draw(&shares(&popularity), 100);
    if !drawing.is_empty() {
        args.output.say(&format!(
            "\nshare of the training interactions, by percent of the items, most popular first\n{drawing}"
        ))?;
    }
    if let Some(file) = &args.svg {
        let activity = descending(lengths(&data.train));
        let svg = figure(&popularity, &activity).svg()?;
        ract_data::atomic_file::save(file, svg)?;
        Terminal::new().line(&format!("{} is written", file.display()));
    }
    Ok(())
}

/// A row for each part of the data: how many users, items and interactions, and how many items the users have.
fn table(data: &Dataset) -> Table {
    let others = ["users", "items", "interactions", "least", "25 %", "median", "75 %", "most"].map(Column::from);
    let mut table = Table::new(std::iter::once(Column::keyed("", "part")).chain(others)).right(1..);
    let number = |number: usize| Cell::of(n(number), number);
    let mut add = |name: &str, of: &Interactions| {
        let items = of.item_counts().into_iter().filter(|&count| count > 0).count();
        let mut row = vec![name.into(), number(of.n_users()), number(items), number(of.len())];
        row.extend(quantiles(lengths(of)).map(number));
        table.add_row(row);
    };
    add("training", &data.train);
    for (set, HeldOut { fold_in, held_out, .. }) in [("validation", &data.validation), ("test", &data.test)] {
        add(&format!("{set}, fold-in"), fold_in);
        add(&format!("{set}, held out"), held_out);
    }
    let mut row = vec!["users of an item".into(), Cell::empty(), Cell::empty(), Cell::empty()];
    row.extend(quantiles(data.train.item_counts().into_iter().map(|count| count as usize)).map(number));
    table.add_row(row);
    table
}

fn lengths(of: &Interactions) -> impl Iterator<Item = usize> {
    (0..of.n_users()).map(|user| of.items(user).len())
}

fn descending(counts: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut counts: Vec<usize> = counts.collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}

/// The least, the quartiles and the most; zeros of nothing.
fn quantiles(counts: impl Iterator<Item = usize>) -> [usize; 5] {
    let counts = descending(counts);
    let last = counts.len().saturating_sub(1);
    [4, 3, 2, 1, 0].map(|quarter| counts.get((last * quarter).div_ceil(4)).copied().unwrap_or(0))
}

/// For 1 % to 100 % of the items, the most popular first: their share of all interactions.
fn shares(popularity: &[usize]) -> Vec<(f64, f64)> {
    let all = popularity.iter().sum::<usize>().max(1) as f64;
    let share = |percent: usize| {
        let first = (popularity.len() * percent).div_ceil(100);
        (percent as f64, popularity[..first].iter().sum::<usize>() as f64 / all)
    };
    (1..=100).map(share).collect()
}

fn figure(popularity: &[usize], activity: &[usize]) -> Figure {
    let panel = |title: &str, x: &str, y: &str, counts: &[usize]| {
        let points = (1..).zip(counts).filter(|&(_, &count)| count > 0);
        let points = points.map(|(rank, &count): (usize, _)| (rank as f64, count as f64));
        let series = Series::new(title.to_lowercase(), Mark::Curve, points);
        Panel { title: title.to_owned(), x: Axis::log(x), y: Axis::log(y), content: Content::Series(vec![series]) }
    };
    Figure {
        title: "Training interactions".to_owned(),
        panels: vec![
            panel("Items", "rank of the item", "users of the item", popularity),
            panel("Users", "rank of the user", "items of the user", activity),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_numbers() {
        assert_eq!(quantiles([5, 1, 4, 2, 3].into_iter()), [1, 2, 3, 4, 5]);
        assert_eq!(quantiles([7].into_iter()), [7; 5]);
        assert_eq!(quantiles([].into_iter()), [0; 5]);
    }

    #[test]
    fn shares_grow_to_all() {
        let shares = shares(&[90, 5, 5, 0]);
        assert_eq!((shares[24], shares[99]), ((25.0, 0.9), (100.0, 1.0)));
        assert!(shares.windows(2).all(|two| two[0].1 <= two[1].1));
    }
}
