//! Table 4 of the paper: actors before and after training with the critic. Here the control and the baselines are
//! added.

use super::{Drawn, TableEntry};
use crate::Result;
use crate::config::{Gain, Role};
use crate::metrics::{Metric, Pooled};
use crate::paper::gains::{self, BOOTSTRAP};
use crate::paper::table::{Captioned, OVER_SEEDS, pooled};
use crate::run::{BaselineResult, OverSeeds, Results, Run};
use crate::tabular::{Cell, Column, Table};

pub(super) const ENTRY: TableEntry = TableEntry {
    number: 4,
    about: "actors before and after the critic, beside the control, and tests of the gains; baselines",
    draw: |input| actors(input.results, input.metric).map(Drawn),
};

/// Bytes of a megabyte.
const MEGABYTE: f64 = 1e6;

/// The first table has one row per actor and one per baseline. The time of an epoch is that of the fastest run, because
/// it was disturbed least. The second table tests what each actor gains by the control and by RaCT, and the difference
/// of the two; it is left out when nothing was gained.
///
/// # Errors
/// When a configuration cannot be written as TOML, or when the values of each user are damaged.
pub fn actors(results: &Results, metric: Metric) -> Result<Vec<Captioned>> {
    let groups = results.over_seeds()?.into_iter().map(|runs| Ok((OverSeeds::of_runs(&runs)?, runs)));
    let mut groups: Vec<(OverSeeds, Vec<&Run>)> = groups.collect::<Result<_>>()?;
    let before = |over: &OverSeeds| over.mean(Role::Actor, metric).map_or(f64::NAN, |pooled| pooled.mean);
    groups.sort_by(|(a, _), (b, _)| before(a).total_cmp(&before(b)));
    let mut tables = vec![Captioned { table: tested(&groups, results, metric), caption: OVER_SEEDS.to_owned() }];
    let rows: Vec<_> = groups.iter().flat_map(|(over, runs)| gained(over, runs[0], metric)).collect();
    if !rows.is_empty() {
        let first = [Column::keyed(format!("test {}", metric.title()), "name"), "gain".into()];
        tables.push(gains::table(&first, &rows, &[BOOTSTRAP]));
    }
    Ok(tables)
}

fn tested(groups: &[(OverSeeds, Vec<&Run>)], results: &Results, metric: Metric) -> Table {
    let first = Column::keyed(format!("test {}", metric.title()), "name");
    let others = ["seeds", "before", "control", "RaCT", "s per epoch", "peak MB"].map(Column::from);
    let mut table = Table::new(std::iter::once(first).chain(others)).right(1..);
    for (over, runs) in groups {
        let roles = [Some(Role::Actor), Role::control(), Some(Role::Ract)];
        let found = roles.map(|role| pooled(role.and_then(|role| over.mean(role, metric))));
        let seconds = runs.iter().map(|run| run.seconds_per_epoch()).fold(f64::INFINITY, f64::min);
        let peak = runs.iter().filter_map(|run| run.result.peak_memory_bytes).max();
        let cells = [runs[0].label().into(), Cell::number(runs.len())].into_iter().chain(found);
        table.add_row(cells.chain([Cell::of(format!("{seconds:.2}"), seconds), megabytes(peak)]));
    }
    let found = |baseline: &BaselineResult| baseline.test.values().next()?.get(&metric).copied().map(Pooled::from);
    let mut baselines: Vec<_> =
        results.baselines.iter().map(|baseline| (found(&baseline.result), &baseline.result)).collect();
    let mean = |pooled: Option<Pooled>| pooled.map_or(f64::NAN, |pooled| pooled.mean);
    baselines.sort_by(|(a, _), (b, _)| mean(*a).total_cmp(&mean(*b)));
    for (found, baseline) in baselines {
        let empty = Cell::empty;
        // In all: not a number of the column's.
        let seconds = Cell::from(format!("{:.2} in all", baseline.chosen.seconds));
        let cells = [baseline.label().into(), empty(), pooled(found), empty(), empty(), seconds];
        table.add_row(cells.into_iter().chain([megabytes(baseline.peak_memory_bytes)]));
    }
    table
}

/// What the actor of `run` gains by the control and by RaCT, and the difference of the two.
fn gained(over: &OverSeeds, run: &Run, metric: Metric) -> Vec<gains::Row> {
    let (control, ract) = (Role::control(), Some(Role::Ract));
    let pairs = [(control, Some(Role::Actor)), (ract, Some(Role::Actor)), (ract, control)];
    let row = |(of, before): (Option<Role>, Option<Role>)| {
        let gain = Gain::new(of?, before?);
        let names = vec![run.label().into(), gain.label("before").into()];
        Some(gains::Row { names, gain: over.gain(gain, metric)?, comparison: over.compare(gain, metric) })
    };
    pairs.into_iter().filter_map(row).collect()
}

fn megabytes(bytes: Option<u64>) -> Cell {
    bytes.map_or_else(Cell::empty, |bytes| Cell::of(format!("{:.0}", bytes as f64 / MEGABYTE), bytes as f64 / MEGABYTE))
}
