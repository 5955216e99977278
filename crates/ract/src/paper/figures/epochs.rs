//! Figure 2: validation NDCG by epoch, for the actor and for the fine-tunings that start from it.

use super::{FigureEntry, FigureInput, METRIC, Needs, curve, elsewhere, phase_of};
use crate::Result;
use crate::config::{Phase, Role};
use crate::paper::index::Shown;
use crate::plot::{Axis, Content, Figure, Mark, Panel, Series};
use crate::run::Run;

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 2,
    title: "Validation NDCG@100 by epoch: Mult-VAE, then what its best epoch is trained by further",
    needs: Needs::Results,
    draw,
};

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let shown = input.runs()?;
    let runs = &shown[0].1;
    let actor = curve(runs, Phase::Actor, 1.0);
    // Each run starts from its own best epoch.
    let best = |run: &&Run| curve(&[*run], Phase::Actor, 1.0).iter().map(|p| p.1).fold(0.0, f64::max);
    let start = runs.iter().map(best).sum::<f64>() / runs.len() as f64;
    let trained = actor.len() as f64;
    let branches = |from: f64, first: f64| {
        let branch = |(shown, runs, role): &(&Shown, Vec<&Run>, Role)| {
            let curve = curve(runs, phase_of(*role)?, first);
            let mark = if *role == Role::Ract { Mark::Line } else { Mark::Dashed };
            Some(Series::new(&shown.label, mark, std::iter::once((from, start)).chain(curve)))
        };
        shown.iter().filter_map(branch).collect::<Vec<_>>()
    };
    let panel = |title: &str, series: Vec<Series>| Panel {
        title: title.to_owned(),
        x: Axis::of("epoch"),
        y: Axis::of(format!("validation {}", METRIC.title())),
        content: Content::Series(series),
    };
    let all = branches(trained, trained + 1.0).into_iter().chain([Series::new("Mult-VAE", Mark::Line, actor)]);
    let published = elsewhere()?.curves.into_iter().map(|curve| {
        let first = if curve.phase == Phase::Actor { 0.0 } else { 200.0 };
        let points = curve.points.into_iter().map(|(epoch, value)| (first + epoch, value));
        Series::new(if first > 0.0 { "RaCT" } else { "Mult-VAE" }, Mark::Line, points)
    });
    Ok(Figure {
        title: format!("{} (mean of {} seeds)", input.title, runs.len()),
        panels: vec![
            panel("all epochs", all.collect()),
            panel("the fine-tunings alone; 0: the actor that they start from", branches(0.0, 1.0)),
            panel("published, ML-20M (the known epochs)", published.collect()),
        ],
    })
}
