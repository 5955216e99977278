//! Table 4 of the paper: actors before and after training with the critic. Here the control and the baselines are
//! added.

use super::TableEntry;
use crate::Result;
use crate::config::{Gain, Role};
use crate::metrics::{Estimate, Metric};
use crate::run::{BaselineResult, Results, Run, gains, mean_gain};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

pub(super) const ENTRY: TableEntry = TableEntry {
    number: 4,
    about: "actors before and after the critic, beside the control; baselines",
    draw: |input| Ok(actors(input.results, input.metric)?.to_string()),
};

/// Bytes of a megabyte.
const MEGABYTE: f64 = 1e6;

/// One row per actor and one per baseline. The numbers are means over the seeds. Beside a gain are its standard error
/// over the users (the mean over the seeds) and, in brackets, the number of seeds in which the gain is more than twice
/// its standard error. The time of an epoch is that of the fastest run, because it was disturbed least.
///
/// # Errors
/// When a configuration cannot be written as TOML.
pub fn actors(results: &Results, metric: Metric) -> Result<Table> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let header = ["actor", "seeds", "before", "control", "RaCT", "control gains", "RaCT gains", "RaCT - control"];
    table.set_header(
        header
            .into_iter()
            .chain(["s per epoch", "peak MB"])
            .map(|title| if title == "actor" { format!("test {}", metric.title()) } else { title.to_owned() }),
    );
    let roles = [Some(Role::Actor), Role::control(), Some(Role::Ract)];
    let [actor, control, ract] = roles;
    let gains = [[control, actor], [ract, actor], [ract, control]];
    let mut groups = results.over_seeds()?;
    groups.sort_by(|a, b| mean(a, metric, Role::Actor).total_cmp(&mean(b, metric, Role::Actor)));
    for runs in groups {
        let [before, control, ract] =
            roles.map(|role| role.map_or_else(String::new, |role| number(mean(&runs, metric, role))));
        let gains = gains.map(|[of, over]| gain(&runs, metric, Gain::new(of?, over?))).map(Option::unwrap_or_default);
        let seconds = runs.iter().map(|run| run.seconds_per_epoch()).fold(f64::INFINITY, f64::min);
        let peak = runs.iter().filter_map(|run| run.result.peak_memory_bytes).max();
        let cells = [runs[0].label(), runs.len().to_string(), before, control, ract].into_iter().chain(gains);
        table.add_row(cells.chain([format!("{seconds:.2}"), megabytes(peak)]));
    }
    let mut baselines: Vec<&BaselineResult> = results.baselines.iter().map(|baseline| &baseline.result).collect();
    let of_baseline =
        |baseline: &BaselineResult| baseline.test.values().next().and_then(|test| test.get(&metric)).copied();
    baselines.sort_by(|a, b| {
        let [a, b] = [a, b].map(|baseline| of_baseline(baseline).map_or(f64::NAN, |estimate| estimate.mean));
        a.total_cmp(&b)
    });
    for baseline in baselines {
        let found = of_baseline(baseline).map_or_else(String::new, |Estimate { mean, .. }| number(mean));
        let empty = || std::iter::repeat_n(String::new(), 5);
        let cells = [baseline.label(), String::new(), found].into_iter().chain(empty());
        table.add_row(
            cells.chain([format!("{:.2} in all", baseline.chosen.seconds), megabytes(baseline.peak_memory_bytes)]),
        );
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    Ok(table)
}

fn number(x: f64) -> String {
    if x.is_nan() { String::new() } else { format!("{x:.4}") }
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(String::new, |bytes| format!("{:.0}", bytes as f64 / MEGABYTE))
}

/// The mean over the runs; NaN when one of the runs has not measured it.
fn mean(runs: &[&Run], metric: Metric, of: Role) -> f64 {
    let found = runs.iter().map(|run| run.result.evaluation.test.get(&of).and_then(|test| test.get(&metric)));
    found.map(|estimate| estimate.map_or(f64::NAN, |estimate| estimate.mean)).sum::<f64>() / runs.len() as f64
}

fn gain(runs: &[&Run], metric: Metric, of: Gain) -> Option<String> {
    let gains = gains(runs, of, metric)?;
    let clear = gains.iter().filter(|gain| gain.mean > 2.0 * gain.se).count();
    let Estimate { mean, se } = mean_gain(&gains);
    Some(format!("{mean:+.4} ± {se:.4} ({clear})"))
}
