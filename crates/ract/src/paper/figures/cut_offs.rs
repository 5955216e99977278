//! Figure 6: critics that learn NDCG@k, tested on NDCG@R.

use super::{FigureEntry, FigureInput, Needs, elsewhere};
use crate::Result;
use crate::config::{Gain, Role};
use crate::metrics::Metric;
use crate::paper::index::Shown;
use crate::plot::{Axis, Cells, Content, Figure, Panel};
use crate::run::{OverSeeds, Run};

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 6,
    title: "RaCT trained on NDCG@k and tested on NDCG@R: what it gains over Mult-VAE",
    needs: Needs::Results,
    draw,
};

const CUT_OFFS: [usize; 7] = [1, 3, 5, 20, 50, 100, 200];

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let shown = input.runs()?;
    let seeds = shown[0].1.len();
    let row = |(_, runs, role): &(&Shown, Vec<&Run>, Role)| -> Result<Vec<f64>> {
        let over = OverSeeds::of_runs(runs)?;
        let gain_at = |r| over.gain(Gain::new(*role, Role::Actor), Metric::ndcg(r));
        Ok(CUT_OFFS.iter().map(|&r| gain_at(r).map_or(f64::NAN, |gain| gain.mean)).collect())
    };
    let rows = shown.iter().map(row).collect::<Result<Vec<_>>>()?;
    let published = elsewhere()?.cut_offs;
    let difference = |r: usize| match &published[..] {
        [before, after] => {
            let [before, after] = [before, after].map(|row| row.test.get(&Metric::ndcg(r)).copied());
            after.zip(before).map_or(f64::NAN, |(after, before)| after - before)
        }
        _ => f64::NAN,
    };
    let names = shown.iter().map(|(shown, ..)| shown.label.clone());
    let panel = |title: String, y: Axis, rows: Vec<Vec<f64>>| Panel {
        title,
        x: Axis::named("tested on NDCG@R, R", CUT_OFFS),
        y,
        content: Content::Cells(Cells { rows, numbers: true }),
    };
    Ok(Figure {
        title: format!("{} (mean of {seeds} seeds)", input.title),
        panels: vec![
            panel("measured".to_owned(), Axis::named("trained on", names), rows),
            panel(
                "published, ML-20M".to_owned(),
                Axis::named("trained on", ["k = 100"]),
                vec![CUT_OFFS.iter().map(|&r| difference(r)).collect()],
            ),
        ],
    })
}
