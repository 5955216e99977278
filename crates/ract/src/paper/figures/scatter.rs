//! Figure 4: the correlation of a user's NDCG with the actor's loss and with the critic's prediction.

use super::{FigureEntry, FigureInput, METRIC, Needs, elsewhere, users};
use crate::config::Role;
use crate::experiment::test_training_users;
use crate::metrics::correlation;
use crate::paper::index::Shown;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Series};
use crate::run::{PerUser, Run};
use crate::{Error, Result};

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 4,
    title: "Each user's NDCG@100 against the actor's loss and against the critic's prediction",
    needs: Needs::Values,
    draw,
};

/// The actor of the published correlations.
const PUBLISHED: &str = "mult-vae";

/// Two panels of test users for each series. Two of training users follow where the runs have their networks, because the values of
/// training users are not kept. A data set without some of the experiments has the panels of the others.
fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let is_there = |shown: &&Shown| input.results.runs.iter().any(|run| run.name == shown.experiment);
    let there: Vec<Shown> = input.shown.iter().filter(is_there).cloned().collect();
    let shown = if there.is_empty() { input.shown } else { &there };
    let of_there = FigureInput { results: input.results, shown, title: String::new() };
    let (mut panels, mut has_all) = (Vec::new(), true);
    for (shown, runs, role) in of_there.runs()? {
        let measured = runs.iter().map(|run| test_users(run, role)).collect::<Result<Vec<_>>>()?;
        panels.extend(pair(&shown.label, "test users", &runs, &measured)?);
        let measured =
            runs.iter().map(|run| test_training_users(&run.path, role, METRIC)).collect::<Result<Vec<_>>>()?;
        match measured.into_iter().collect::<Option<Vec<_>>>() {
            Some(measured) => panels.extend(pair(&shown.label, "training users", &runs, &measured)?),
            None => has_all = false,
        }
    }
    let note = if has_all { "" } else { "; training users: where the run's networks are at hand" };
    Ok(Figure { title: format!("{} (r: mean over the seeds{note})", input.title), panels })
}

fn test_users(run: &Run, role: Role) -> Result<PerUser> {
    let missing = || Error::Failed(format!("{} has not tested {role}", run.path.folder().display()));
    users(run)?.remove(&role).ok_or_else(missing)
}

/// The panels of the loss and of the prediction, for `users` of some kind. The points are those of the first seed.
fn pair(label: &str, users: &str, runs: &[&Run], measured: &[PerUser]) -> Result<[Panel; 2]> {
    let is_mult_vae = runs.iter().all(|run| run.config.actor.network.name == PUBLISHED);
    let published = if is_mult_vae && users == "test users" { elsewhere()?.correlations } else { Vec::new() };
    let loss = if is_mult_vae { "NLL" } else { "loss" };
    let panel = |of: &str, axis: String, values: fn(&PerUser) -> &Vec<f64>| {
        let of_seed = |users: &PerUser| correlation(values(users).iter().copied(), &users.column(METRIC).to_vec());
        let r = measured.iter().map(of_seed).sum::<f64>() / measured.len() as f64;
        let published = published.iter().find(|published| published.of == of);
        let published = published.map_or_else(String::new, |p| format!("; published, ML-20M: {:.2}", p.value));
        let points = measured[0].column(METRIC).to_vec();
        let points = values(&measured[0]).iter().copied().zip(points);
        Panel {
            title: format!("{label}, {users}, {of}: r = {r:.2}{published}"),
            x: Axis::of(axis),
            y: Axis::of("NDCG@100"),
            content: Content::Series(vec![Series::new(
                format!("a user, seed {}", runs[0].result.seed),
                Mark::Points,
                points,
            )]),
        }
    };
    Ok([
        panel(loss, format!("{loss} on all of the user's items"), |users| &users.loss),
        panel("critic", "the critic's prediction".to_owned(), |users| &users.predicted),
    ])
}
