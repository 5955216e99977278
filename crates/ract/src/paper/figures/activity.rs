//! Figure 5: NDCG by the users' activity, before and after.

use super::{FigureEntry, METRIC, elsewhere, point, runs, users};
use crate::Result;
use crate::metrics::Estimate;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Point, Series};
use crate::run::{PerUser, Results};

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 5,
    title: "Test NDCG@100 by quartile of the users' activity, from the least active on",
    experiments: &["mult-vae"],
    needs_folders: true,
    draw,
};

const QUARTILES: usize = 4;
const TESTED: [(&str, &str); 3] = [("actor", "Mult-VAE"), ("control", "control"), ("ract", "RaCT")];

fn draw(results: &Results, title: String) -> Result<Figure> {
    let runs = runs(results, "mult-vae")?;
    // Of each user the mean over the seeds: their errors are those over users.
    let mut means: Vec<Vec<f64>> = Vec::new();
    let mut quartile = Vec::new();
    for run in &runs {
        let tested = users(run)?;
        for (place, (name, _)) in TESTED.iter().enumerate() {
            let Some(users) = tested.get(*name) else { continue };
            quartile = quartiles(users);
            means.resize(TESTED.len(), vec![0.0; users.users.len()]);
            let column = users.column(METRIC);
            means[place].iter_mut().zip(column).for_each(|(mean, value)| *mean += value / runs.len() as f64);
        }
    }
    let over = |of: &dyn Fn(usize) -> f64| -> Vec<Point> {
        let in_quartile =
            |q: usize| (0..quartile.len()).filter(|&user| quartile[user] == q).map(of).collect::<Vec<_>>();
        (0..QUARTILES).map(|q| point(q, Estimate::of(in_quartile(q).into_iter()))).collect()
    };
    let bars = TESTED.iter().zip(&means).map(|((_, label), values)| Series {
        label: (*label).to_owned(),
        mark: Mark::Bars,
        points: over(&|user| values[user]),
    });
    let gains = TESTED.iter().zip(&means).skip(1).map(|((_, label), values)| Series {
        label: format!("{label} - Mult-VAE"),
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
        title: format!("{title} (mean of {} seeds)", runs.len()),
        panels: vec![
            panel("before and after", "NDCG@100", bars.collect()),
            panel("differences, paired by user", "NDCG@100", gains.collect()),
            panel("published, ML-20M", "NDCG@100", published.collect()),
        ],
    })
}

/// Of each user the quartile, from 0, of the number of items among the users; of as many items, the earlier user comes first.
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
    fn a_quarter_of_the_users_is_in_each_quartile() {
        let users = PerUser {
            users: (0..8).collect(),
            seen: vec![9.0, 1.0, 5.0, 3.0, 8.0, 2.0, 6.0, 4.0],
            unseen: vec![0.0; 8],
            ..PerUser::default()
        };
        assert_eq!(quartiles(&users), [3, 0, 2, 1, 3, 0, 2, 1]);
    }
}
