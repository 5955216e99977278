//! Figure 2: validation NDCG by epoch, for the actor and for the fine-tunings that start from it.

use super::{FigureEntry, FigureInput, METRIC, Needs, curve, phase_of};
use crate::Result;
use crate::config::{Phase, Role};
use crate::paper::index::Shown;
use crate::paper::published::{Curve, OF_THE_PAPER, published};
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
    let mut panels = vec![
        panel("all epochs", all.collect()),
        panel("the fine-tunings alone; 0: the actor that they start from", branches(0.0, 1.0)),
    ];
    for (data, name) in OF_THE_PAPER {
        panels.push(panel(&format!("published, {name}"), elsewhere(published(data)?.curves)));
    }
    Ok(Figure { title: format!("{} (mean of {} seeds)", input.title, runs.len()), panels })
}

/// The published curves of a data set. The fine-tunings begin after the last epoch of the actor, with its best value.
fn elsewhere(curves: Vec<Curve>) -> Vec<Series> {
    let actor = curves.iter().find(|curve| curve.phase == Phase::Actor);
    let points = actor.map(|curve| curve.points.clone()).unwrap_or_default();
    let trained = points.last().map_or(0.0, |last| last.0);
    let best = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let series = |curve: Curve| {
        let (label, mark) = match curve.phase {
            Phase::Actor => ("Mult-VAE", Mark::Line),
            Phase::Arm(arm) if arm.key.starts_with("warp") => ("WARP", Mark::Dashed),
            Phase::Arm(_) => ("LambdaRank", Mark::Dashed),
            Phase::Critic | Phase::ActorCritic => ("RaCT", Mark::Line),
        };
        let start = (curve.phase != Phase::Actor).then_some((trained, best));
        let shift = if start.is_some() { trained } else { 0.0 };
        let points = curve.points.into_iter().map(|(epoch, value)| (shift + epoch, value));
        Series::new(label, mark, start.into_iter().chain(points))
    };
    curves.into_iter().map(series).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_fine_tunings_begin_after_the_actor_with_its_best_value() {
        for ((data, _), (trained, best)) in
            OF_THE_PAPER.into_iter().zip([(200.0, 0.433), (100.0, 0.3852), (100.0, 0.31)])
        {
            let series = elsewhere(published(data).unwrap().curves);
            let labels: Vec<&str> = series.iter().map(|series| series.label.as_str()).collect();
            assert_eq!(labels, ["Mult-VAE", "RaCT", "WARP", "LambdaRank"]);
            assert_eq!(series[0].points[0].x, 1.0);
            for fine_tuning in &series[1..] {
                let [start, first] = [fine_tuning.points[0], fine_tuning.points[1]];
                assert_eq!((start.x, start.y, first.x), (trained, best, trained + 1.0), "{data}");
            }
        }
    }
}
