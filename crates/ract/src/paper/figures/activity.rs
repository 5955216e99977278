//! Figure 5: NDCG by the users' activity, before and after fine-tuning.

use super::{FigureEntry, FigureInput, METRIC, Needs, elsewhere, point, users};
use crate::metrics::Estimate;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Point, Series};
use crate::run::PerUser;
use crate::{Error, Result};

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 5,
    title: "Test NDCG@100 by quartile of the users' activity, from the least active on",
    needs: Needs::Values,
    draw,
};

const QUARTILES: usize = 4;

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let shown = input.runs()?;
    let seeds = shown[0].1.len();
    // The mean over the seeds, for each user: the standard errors are those over the users.
    let mut means: Vec<Vec<f64>> = Vec::new();
    let mut quartile = Vec::new();
    for (_, runs, role) in &shown {
        let mut mean: Vec<f64> = Vec::new();
        for run in runs {
            let missing = || Error::Failed(format!("{} has not tested {role}", run.path.folder().display()));
            let users = users(run)?.remove(role).ok_or_else(missing)?;
            quartile = quartiles(&users);
            mean.resize(users.users.len(), 0.0);
            let column = users.column(METRIC);
            mean.iter_mut().zip(column).for_each(|(mean, value)| *mean += value / runs.len() as f64);
        }
        means.push(mean);
    }
    let labels: Vec<&str> = shown.iter().map(|(shown, ..)| shown.label.as_str()).collect();
    let over = |of: &dyn Fn(usize) -> f64| -> Vec<Point> {
        let in_quartile =
            |q: usize| (0..quartile.len()).filter(|&user| quartile[user] == q).map(of).collect::<Vec<_>>();
        (0..QUARTILES).map(|q| point(q, Estimate::of(in_quartile(q).into_iter()).into())).collect()
    };
    let bars = labels.iter().zip(&means).map(|(label, values)| Series {
        label: (*label).to_owned(),
        mark: Mark::Bars,
        points: over(&|user| values[user]),
    });
    let gains = labels.iter().zip(&means).skip(1).map(|(label, values)| Series {
        label: format!("{label} - {}", labels[0]),
        mark: Mark::Bars,
        points: over(&|user| values[user] - means[0][user]),
    });
    let published = elsewhere()?.activity.into_iter().map(|activity| {
        let points = activity.ndcg.into_iter().enumerate().map(|(quartile, value)| (quartile as f64, value));
        Series::new(activity.model, Mark::Bars, points)
    });
    let panel = |title: &str, y: &str, series: Vec<Series>| Panel {
        title: title.to_owned(),
        x: Axis::named("quartile of the number of items", (1..=QUARTILES).map(|q| q.to_string())),
        y: Axis::of(y),
        content: Content::Series(series),
    };
    Ok(Figure {
        title: format!("{} (mean of {seeds} seeds)", input.title),
        panels: vec![
            panel("before and after", "NDCG@100", bars.collect()),
            panel("differences, paired by user", "NDCG@100", gains.collect()),
            panel("published, ML-20M", "NDCG@100", published.collect()),
        ],
    })
}

/// The quartile of each user, counted from 0, by the user's number of items. Of users with equal numbers, the earlier
/// user comes first.
fn quartiles(users: &PerUser) -> Vec<usize> {
    let items = |user: usize| users.seen[user] + users.unseen[user];
    let n = users.users.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| items(a).total_cmp(&items(b)));
    let mut quartile = vec![0; n];
    order.into_iter().enumerate().for_each(|(rank, user)| quartile[user] = rank * QUARTILES / n);
    quartile
}

#[cfg(test)]
mod tests {
    use super::*;

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
