//! Figure 3: critics without some of the features.

use super::{FigureEntry, FigureInput, METRIC, Needs, curve, elsewhere, phase_of, point};
use crate::Result;
use crate::config::{Gain, Phase, Role};
use crate::plot::{Axis, Content, Figure, Mark, Panel, Point, Series};
use crate::run::OverSeeds;
use ract_models::features::{Feature, of_the_paper};

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 3,
    title: "What the critic sees: validation NDCG@100 while both train, and what is gained in the test",
    needs: Needs::Results,
    draw,
};

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let shown = input.runs()?;
    let seeds = shown.iter().map(|(_, runs, _)| runs.len()).max().unwrap_or_default();
    let mut curves = Vec::new();
    let mut gains: Vec<Point> = Vec::new();
    for (place, (shown, runs, role)) in shown.iter().enumerate() {
        let phase = phase_of(*role).unwrap_or(Phase::ActorCritic);
        curves.push(Series::new(&shown.label, Mark::Line, curve(runs, phase, 1.0)));
        let gain = OverSeeds::of_runs(runs)?.gain(Gain::new(*role, Role::Actor), METRIC);
        gains.extend(gain.map(|gain| point(place, gain)));
    }
    let names = shown.iter().map(|(shown, ..)| shown.short().to_owned());
    let first = OverSeeds::of_runs(&shown[0].1)?;
    let control = Role::control().and_then(|control| first.gain(Gain::new(control, Role::Actor), METRIC));
    gains.extend(control.map(|gain| point(shown.len(), gain)));
    // The published critics use some of the paper's three features.
    let name = |inputs: &[Feature]| {
        let without = of_the_paper().into_iter().filter(|feature| !inputs.contains(feature));
        let without: Vec<_> = without.map(|feature| format!("- {feature}")).collect();
        match &without[..] {
            [] => "all".to_owned(),
            [_] => without.concat(),
            _ => inputs.iter().map(|feature| feature.name()).collect::<Vec<_>>().join(", "),
        }
    };
    let ablations = elsewhere()?.ablations;
    let best = ablations.iter().enumerate().map(|(place, ablation)| (place as f64, ablation.best));
    Ok(Figure {
        title: format!("{} (mean of {seeds} seeds)", input.title),
        panels: vec![
            Panel {
                title: "while both train".to_owned(),
                x: Axis::of("epoch of the actor-critic phase"),
                y: Axis::of("validation NDCG@100"),
                content: Content::Series(curves),
            },
            Panel {
                title: "gain in the test, with its standard error over users".to_owned(),
                x: Axis::named("", names.chain(["control".to_owned()])),
                y: Axis::of("NDCG@100 over Mult-VAE"),
                content: Content::Series(vec![Series { label: "gain".to_owned(), mark: Mark::Points, points: gains }]),
            },
            Panel {
                title: "published, ML-20M: best epoch".to_owned(),
                x: Axis::named("", ablations.iter().map(|ablation| name(&ablation.inputs))),
                y: Axis::of("validation NDCG@100"),
                content: Content::Series(vec![Series::new("RaCT", Mark::Points, best)]),
            },
        ],
    })
}
