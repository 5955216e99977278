//! Figure 2: validation NDCG over the epochs, and the fine-tunings that branch off.

use super::{FigureEntry, METRIC, curve, elsewhere, runs};
use crate::Result;
use crate::config::Phase;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Series};
use crate::run::Results;

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 2,
    title: "Validation NDCG@100 by epoch: Mult-VAE, then what its best epoch is trained by further",
    experiments: &["mult-vae-listwise"],
    needs_folders: false,
    draw,
};

const BRANCHES: [(Phase, &str); 4] = [
    (Phase::ActorCritic, "RaCT"),
    (Phase::Control, "control"),
    (Phase::LambdaRank, "LambdaRank"),
    (Phase::Warp, "WARP"),
];

fn draw(results: &Results, title: String) -> Result<Figure> {
    let runs = runs(results, "mult-vae-listwise")?;
    let actor = curve(&runs, Phase::Actor, 1.0);
    // Each run starts from its own best epoch.
    let best = |run: &&&crate::run::Run| curve(&[run], Phase::Actor, 1.0).iter().map(|p| p.1).fold(0.0, f64::max);
    let start = runs.iter().map(|run| best(&run)).sum::<f64>() / runs.len() as f64;
    let trained = actor.len() as f64;
    let branches = |from: f64, first: f64| {
        BRANCHES.map(|(phase, label)| {
            let points = std::iter::once((from, start)).chain(curve(&runs, phase, first));
            Series::new(label, if phase == Phase::ActorCritic { Mark::Line } else { Mark::Dashed }, points)
        })
    };
    let panel = |title: &str, series: Vec<Series>| Panel {
        title: title.to_owned(),
        x: Axis::of("epoch"),
        y: Axis::of(format!("validation {}", METRIC.title())),
        content: Content::Series(series),
    };
    let whole = branches(trained, trained + 1.0).into_iter().chain([Series::new("Mult-VAE", Mark::Line, actor)]);
    let published = elsewhere()?.curves.into_iter().map(|curve| {
        let first = if curve.phase == Phase::Actor { 0.0 } else { 200.0 };
        let points = curve.points.into_iter().map(|(epoch, value)| (first + epoch, value));
        Series::new(if first > 0.0 { "RaCT" } else { "Mult-VAE" }, Mark::Line, points)
    });
    Ok(Figure {
        title: format!("{title} (mean of {} seeds)", runs.len()),
        panels: vec![
            panel("all epochs", whole.collect()),
            panel("the fine-tunings alone; 0: the actor that they start from", branches(0.0, 1.0).to_vec()),
            panel("published, ML-20M (the known epochs)", published.collect()),
        ],
    })
}
