//! Figure 3: critics with features left out.

use super::{FigureEntry, METRIC, curve, elsewhere, gain, point, runs};
use crate::Result;
use crate::config::{Feature, Phase};
use crate::plot::{Axis, Content, Figure, Mark, Panel, Point, Series};
use crate::run::Results;

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 3,
    title: "What the critic sees: validation NDCG@100 while both train, and what is gained in the test",
    experiments: &[
        "mult-vae",
        "critic-without-seen",
        "critic-without-unseen",
        "critic-loss-only",
        "critic-raw",
        "critic-vectors",
        "critic-rich",
    ],
    needs_folders: false,
    draw,
};

const LABELS: [&str; 7] =
    ["all three", "without #seen", "without #unseen", "loss alone", "raw", "raw vectors", "head, tail, entropy too"];
const SHORT: [&str; 7] = ["all", "- seen", "- unseen", "loss", "raw", "vectors", "rich"];

fn draw(results: &Results, title: String) -> Result<Figure> {
    let mut curves = Vec::new();
    let mut gains: Vec<Point> = Vec::new();
    let mut seeds = 0;
    for (place, (experiment, label)) in ENTRY.experiments.iter().zip(LABELS).enumerate() {
        let runs = runs(results, experiment)?;
        seeds = seeds.max(runs.len());
        curves.push(Series::new(label, Mark::Line, curve(&runs, Phase::ActorCritic, 1.0)));
        gains.extend(gain(&runs, "ract-actor", METRIC).map(|gain| point(place, gain)));
    }
    let control = gain(&runs(results, ENTRY.experiments[0])?, "control-actor", METRIC);
    gains.extend(control.map(|gain| point(LABELS.len(), gain)));
    let name = |inputs: &[Feature]| match (inputs.contains(&Feature::Seen), inputs.contains(&Feature::Unseen)) {
        (true, true) => SHORT[0],
        (false, true) => SHORT[1],
        (true, false) => SHORT[2],
        (false, false) => SHORT[3],
    };
    let ablations = elsewhere()?.ablations;
    let best = ablations.iter().enumerate().map(|(place, ablation)| (place as f64, ablation.best));
    Ok(Figure {
        title: format!("{title} (mean of {seeds} seeds)"),
        panels: vec![
            Panel {
                title: "while both train".to_owned(),
                x: Axis::of("epoch of the actor-critic phase"),
                y: Axis::of("validation NDCG@100"),
                content: Content::Series(curves),
            },
            Panel {
                title: "gain in the test, with its standard error over users".to_owned(),
                x: Axis::named("", SHORT.into_iter().chain(["control"])),
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
