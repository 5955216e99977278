//! Figure 5: NDCG by the users' activity, before and after fine-tuning: by the bins of the paper's plot, and by quartile.

use super::{FigureEntry, FigureInput, METRIC, Needs, elsewhere, point, users};
use crate::metrics::Estimate;
use crate::paper::published::ActivityBy;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Series};
use crate::run::PerUser;
use crate::{Error, Result};

pub(super) const ENTRY: FigureEntry =
    FigureEntry { number: 5, title: "Test NDCG@100 by the users' activity", needs: Needs::Values, draw };

/// Number of bins, by either rule.
const BINS: usize = 4;
/// The width of a bin of the paper's plot, in interactions. The last one holds all users with more.
const WIDTH: f64 = 250.0;
/// The titles of the paper's bins.
const BY_NUMBER: [&str; BINS] = ["up to 250", "to 500", "to 750", "more"];

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let shown = input.runs()?;
    let seeds = shown[0].1.len();
    let elsewhere = elsewhere()?;
    // The mean over the seeds, for each user: the standard errors are those over the users.
    let mut means: Vec<Vec<f64>> = Vec::new();
    let mut measured = PerUser::default();
    for (_, runs, role) in &shown {
        let mut mean: Vec<f64> = Vec::new();
        for run in runs {
            let missing = || Error::Failed(format!("{} has not tested {role}", run.path.folder().display()));
            measured = users(run)?.remove(role).ok_or_else(missing)?;
            mean.resize(measured.users.len(), 0.0);
            let column = measured.column(METRIC);
            mean.iter_mut().zip(column).for_each(|(mean, value)| *mean += value / runs.len() as f64);
        }
        means.push(mean);
    }
    let labels: Vec<&str> = shown.iter().map(|(shown, ..)| shown.label.as_str()).collect();
    let series = |bins: &[usize], label: String, of: &dyn Fn(usize) -> f64| {
        let in_bin = |bin: usize| (0..bins.len()).filter(|&user| bins[user] == bin).map(of).collect::<Vec<_>>();
        let filled = (0..BINS).map(|bin| (bin, in_bin(bin))).filter(|(_, values)| !values.is_empty());
        let points = filled.map(|(bin, values)| point(bin, Estimate::of(values.into_iter()).into()));
        Series { label, mark: Mark::Bars, points: points.collect() }
    };
    let bars = |bins: &[usize]| -> Vec<Series> {
        let of_all = labels.iter().zip(&means);
        of_all.map(|(label, values)| series(bins, (*label).to_owned(), &|user| values[user])).collect()
    };
    let gains = |bins: &[usize]| -> Vec<Series> {
        let of_others = labels.iter().zip(&means).skip(1);
        let gain = |(label, values): (&&str, &Vec<f64>)| {
            series(bins, format!("{label} - {}", labels[0]), &|user| values[user] - means[0][user])
        };
        of_others.map(gain).collect()
    };
    let published = |by: ActivityBy| -> Vec<Series> {
        let of = elsewhere.activity.iter().filter(|activity| activity.by == by);
        let points = |ndcg: [f64; BINS]| ndcg.into_iter().enumerate().map(|(bin, value)| (bin as f64, value));
        of.map(|activity| Series::new(&activity.model, Mark::Bars, points(activity.ndcg))).collect()
    };
    let (by_number, by_quartile) = (by_number(&measured), quartiles(&measured));
    let counts: Vec<String> =
        (0..BINS).map(|bin| by_number.iter().filter(|&&of| of == bin).count().to_string()).collect();
    let ours = BY_NUMBER.iter().zip(&counts).map(|(bin, count)| format!("{bin} ({count})")).collect::<Vec<_>>();
    let quartile_names: Vec<String> = (1..=BINS).map(|quartile| quartile.to_string()).collect();
    let panel = |title: &str, x: &str, names: &[String], series: Vec<Series>| Panel {
        title: title.to_owned(),
        x: Axis::named(x, names.iter().cloned()),
        y: Axis::of("NDCG@100"),
        content: Content::Series(series),
    };
    let (items, users) = ("items of a user", "items of a user (number of users)");
    let quartile = "quartile of the number of items";
    Ok(Figure {
        title: format!("{} (mean of {seeds} seeds)", input.title),
        panels: vec![
            panel("before and after", users, &ours, bars(&by_number)),
            panel("before and after, by quartile", quartile, &quartile_names, bars(&by_quartile)),
            panel("differences, paired by user", users, &ours, gains(&by_number)),
            panel("differences by quartile, paired by user", quartile, &quartile_names, gains(&by_quartile)),
            panel("published, ML-20M", items, &BY_NUMBER.map(str::to_owned), published(ActivityBy::Number)),
            panel("published, ML-20M", quartile, &quartile_names, published(ActivityBy::Quartile)),
        ],
    })
}

fn items(users: &PerUser, user: usize) -> f64 {
    users.seen[user] + users.unseen[user]
}

/// The bin of each user in the paper's plot, counted from 0, by the user's number of items.
fn by_number(users: &PerUser) -> Vec<usize> {
    let bin = |user| ((items(users, user) / WIDTH).ceil() as usize).clamp(1, BINS) - 1;
    (0..users.users.len()).map(bin).collect()
}

/// The quartile of each user, counted from 0, by the user's number of items. Of users with equal numbers, the earlier
/// user comes first.
fn quartiles(users: &PerUser) -> Vec<usize> {
    let n = users.users.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| items(users, a).total_cmp(&items(users, b)));
    let mut quartile = vec![0; n];
    order.into_iter().enumerate().for_each(|(rank, user)| quartile[user] = rank * BINS / n);
    quartile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_bins_are_250_interactions_wide_and_the_last_holds_all_users_with_more() {
        let seen = vec![0.0, 250.0, 251.0, 500.0, 501.0, 750.0, 751.0, 2000.0];
        let users = PerUser { users: (0..8).collect(), seen, unseen: vec![0.0; 8], ..PerUser::default() };
        assert_eq!(by_number(&users), [0, 0, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn each_quartile_has_a_quarter_of_the_users() {
        let users = PerUser {
            users: (0..8).collect(),
            seen: vec![9.0, 1.0, 5.0, 3.0, 8.0, 2.0, 6.0, 4.0],
            unseen: vec![0.0; 8],
            ..PerUser::default()
        };
        assert_eq!(quartiles(&users), [3, 0, 2, 1, 3, 0, 2, 1]);
    }
}
