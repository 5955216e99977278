//! Figure 6: a critic of NDCG@k, tested on NDCG@R.

use super::{FigureEntry, elsewhere, gain, runs};
use crate::Result;
use crate::metrics::Metric;
use crate::plot::{Axis, Cells, Content, Figure, Panel};
use crate::run::Results;

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 6,
    title: "RaCT trained on NDCG@k and tested on NDCG@R: what it gains over Mult-VAE",
    experiments: &["cut-off-1", "cut-off-3", "cut-off-5", "cut-off-20", "cut-off-50", "cut-off-100", "cut-off-200"],
    needs_folders: false,
    draw,
};

const CUT_OFFS: [usize; 7] = [1, 3, 5, 20, 50, 100, 200];
/// Whose control is shown: it is the same for all.
const WITH_CONTROL: &str = "cut-off-100";

fn draw(results: &Results, title: String) -> Result<Figure> {
    let row = |experiment: &str, of: &str| -> Result<Vec<f64>> {
        let runs = runs(results, experiment)?;
        let gains = CUT_OFFS.map(|r| gain(&runs, of, Metric::ndcg(r)).map_or(f64::NAN, |gain| gain.mean));
        Ok(gains.to_vec())
    };
    let mut rows = vec![row(WITH_CONTROL, "control-actor")?];
    for experiment in ENTRY.experiments {
        rows.push(row(experiment, "ract-actor")?);
    }
    let published = elsewhere()?.cut_offs;
    let difference = |r: usize| match &published[..] {
        [before, after] => {
            let [before, after] = [before, after].map(|row| row.test.get(&Metric::ndcg(r)).copied());
            after.zip(before).map_or(f64::NAN, |(after, before)| after - before)
        }
        _ => f64::NAN,
    };
    let names = std::iter::once("control".to_owned()).chain(CUT_OFFS.iter().map(|k| format!("k = {k}")));
    let seeds = runs(results, WITH_CONTROL)?.len();
    let panel = |title: String, y: Axis, rows: Vec<Vec<f64>>| Panel {
        title,
        x: Axis::named("tested on NDCG@R, R", CUT_OFFS),
        y,
        content: Content::Cells(Cells { rows, numbers: true }),
    };
    Ok(Figure {
        title: format!("{title} (mean of {seeds} seeds)"),
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
