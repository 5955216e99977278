//! Figure 4: the correlation of a user's NDCG with the actor's loss and with the critic's prediction.

use super::{FigureEntry, FigureInput, METRIC, Needs, elsewhere, users};
use crate::metrics::correlation;
use crate::paper::index::Shown;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Series};
use crate::{Error, Result};

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 4,
    title: "Each test user's NDCG@100 against the actor's loss and against the critic's prediction",
    needs: Needs::Values,
    draw,
};

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let shown = input.runs()?;
    let seeds = shown[0].1.len();
    let mut panels = Vec::new();
    for (Shown { label: name, .. }, runs, role) in shown {
        let mut correlations = [0.0, 0.0];
        let mut drawn = None;
        for run in &runs {
            let mut users = users(run)?;
            let missing = || Error::Failed(format!("{} has not tested {role}", run.path.folder().display()));
            let users = users.remove(&role).ok_or_else(missing)?;
            let ndcg = users.column(METRIC).to_vec();
            for (sum, values) in correlations.iter_mut().zip([&users.loss, &users.predicted]) {
                *sum += correlation(values.iter().copied(), &ndcg) / runs.len() as f64;
            }
            drawn.get_or_insert((run.result.seed, users, ndcg));
        }
        let Some((seed, users, ndcg)) = drawn else { continue };
        let published = elsewhere()?.correlations;
        let seen = [
            ("NLL", "NLL on all of the user's items", users.loss),
            ("critic", "the critic's prediction", users.predicted),
        ];
        for ((of, axis, values), correlation) in seen.into_iter().zip(correlations) {
            let published = published.iter().find(|published| published.of == of);
            let published = published.map_or_else(String::new, |p| format!("; published, ML-20M: {:.2}", p.value));
            let points = values.into_iter().zip(ndcg.iter().copied());
            panels.push(Panel {
                title: format!("{name}, {of}: r = {correlation:.2}{published}"),
                x: Axis::of(axis),
                y: Axis::of("NDCG@100"),
                content: Content::Series(vec![Series::new(format!("a user, seed {seed}"), Mark::Points, points)]),
            });
        }
    }
    Ok(Figure { title: format!("{} (r: mean of {seeds} seeds)", input.title), panels })
}
