//! Table 2: the main comparison.

use crate::Result;
use crate::metrics::{Estimate, Metric};
use crate::paper::published::{FOOTNOTE, Published, published};
use crate::run::{Metrics, Results, Run};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

/// Name in published tables, the experiment, and what of it was tested.
const ROWS: [(&str, &str, &str); 19] = [
    ("popularity", "popularity", "popularity"),
    ("item kNN", "knn", "knn"),
    ("SLIM", "slim", "slim"),
    ("WMF (ALS)", "als", "als"),
    ("WMF", "wmf", "actor"),
    ("CDAE", "cdae", "actor"),
    ("EASE", "ease", "ease"),
    ("WARP", "warp", "actor"),
    ("LambdaRank", "lambda-rank", "actor"),
    ("Mult-DAE", "mult-dae", "actor"),
    ("Mult-VAE", "mult-vae", "actor"),
    ("Mult-VAE, control", "mult-vae", "control"),
    ("RaCT", "mult-vae", "ract"),
    ("RaCT, critic sees LambdaRank", "mult-vae-lambda-critic", "ract"),
    ("Gaussian VAE", "gaussian-vae", "actor"),
    ("RecVAE", "recvae", "actor"),
    ("EASE + VAE", "ease-vae", "actor"),
    ("EASE + VAE, control", "ease-vae", "control"),
    ("EASE + VAE, RaCT", "ease-vae", "ract"),
];
const METRICS: [Metric; 3] = [Metric::recall(20), Metric::recall(50), Metric::ndcg(100)];
/// The data sets of the paper.
const OF_THE_PAPER: [(&str, &str); 3] = [("ml-20m", "ML-20M"), ("netflix", "Netflix"), ("msd", "MSD")];

/// The experiments that it is made of.
pub fn experiments() -> Vec<&'static str> {
    let mut names: Vec<_> = ROWS.iter().map(|&(_, experiment, _)| experiment).collect();
    names.dedup();
    names
}

/// A row per model: what was measured on `dataset`, of several seeds the mean and the deviation between them, and what was
/// published of the paper's data sets.
///
/// # Errors
/// When the published figures cannot be read.
pub fn draw(results: &Results, dataset: &str) -> Result<String> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let synthetic = if dataset.ends_with("-like") { " (synthetic)" } else { "" };
    let measured = METRICS.map(|metric| metric.title());
    let others = OF_THE_PAPER.map(|(_, name)| format!("{name}, published"));
    let header = [format!("{dataset}{synthetic}"), "seeds".to_owned()];
    table.set_header(header.into_iter().chain(measured).chain(others).chain(["from".to_owned()]));
    let published = OF_THE_PAPER.iter().map(|(name, _)| published(name)).collect::<Result<Vec<_>>>()?;
    for (label, experiment, tested) in ROWS {
        let rows = measured_rows(results, experiment, tested);
        let elsewhere = elsewhere(&published, label);
        if rows.is_empty() && elsewhere.iter().all(String::is_empty) {
            continue;
        }
        let seeds = if rows.len() > 1 { rows.len().to_string() } else { String::new() };
        let from = if rows.is_empty() { String::new() } else { format!("{experiment}: {tested}") };
        let figures = METRICS.map(|metric| figure(&rows, metric));
        table.add_row([label.to_owned(), seeds].into_iter().chain(figures).chain(elsewhere).chain([from]));
    }
    let known: Vec<_> = ROWS.iter().map(|&(label, ..)| label).collect();
    for model in published.iter().flat_map(|of| &of.rows).map(|row| &row.model) {
        if !known.contains(&model.as_str()) {
            let cells = std::iter::once(model.clone()).chain(std::iter::repeat_n(String::new(), 1 + METRICS.len()));
            table.add_row(cells.chain(elsewhere(&published, model)).chain([String::new()]));
        }
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    Ok(format!("{table}\n\n{FOOTNOTE}"))
}

/// A model's published figures on each of these data sets.
fn elsewhere(published: &[Published], model: &str) -> Vec<String> {
    let of = |published: &Published| {
        let row = published.rows.iter().find(|row| row.model == model)?;
        let figures = METRICS.map(|metric| row.test.get(&metric).map_or("-".to_owned(), |x| format!("{x:.3}")));
        Some(figures.join(" / ") + row.mark())
    };
    published.iter().map(|published| of(published).unwrap_or_default()).collect()
}

fn measured_rows<'a>(results: &'a Results, experiment: &str, tested: &str) -> Vec<&'a Metrics> {
    let of_baselines = results.baselines.iter().filter(|baseline| baseline.name == experiment);
    let of_baselines = of_baselines.filter_map(|baseline| baseline.result.test.get(tested));
    let of_runs = results.runs.iter().filter(|run| run.name == experiment);
    of_baselines.chain(of_runs.filter_map(|run: &Run| run.result.evaluation.test.get(tested))).collect()
}

/// Of one run the mean over users and its standard error, of several the mean and the deviation between them.
fn figure(rows: &[&Metrics], metric: Metric) -> String {
    match rows {
        [] => String::new(),
        [row] => row.get(&metric).map_or_else(String::new, |estimate| format!("{:.4}", estimate.mean)),
        rows => {
            let means = rows.iter().map(|row| row.get(&metric).map(|estimate| estimate.mean));
            means.collect::<Option<Vec<_>>>().map_or_else(String::new, |means| Estimate::between(&means).to_string())
        }
    }
}
