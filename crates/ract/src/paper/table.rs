//! Results as tables in Markdown.

use crate::config::{Gain, Role};
use crate::metrics::{Metric, Pooled};
use crate::paper::published::Row;
use crate::run::{BaselineResult, OverSeeds, PartTime};
use crate::tabular::{Cell, Column, Table, Tables};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;

/// What ± is in a table of one run.
pub const OF_ONE: &str = "±: standard error over the test users.";
/// What ± and the brackets are in a table of several seeds.
pub const OVER_SEEDS: &str = "±: standard error over the test users, of each user's mean over the seeds. In brackets: \
                              standard deviation between the seeds.";

/// A table, and below it what its numbers are.
pub struct Captioned {
    /// The table.
    pub table: Table,
    /// What its numbers are.
    pub caption: String,
}

impl fmt::Display for Captioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\n{}", self.table, self.caption)
    }
}

impl Tables for Captioned {
    fn tables(&self) -> Vec<Table> {
        vec![self.table.clone()]
    }
}

/// A mean over users, or nothing.
pub(super) fn pooled(found: Option<Pooled>) -> Cell {
    found.map_or_else(Cell::empty, |found| Cell::of(found, parts(found)))
}

/// A difference, which has a sign.
pub(super) fn difference(found: Option<Pooled>) -> Cell {
    found.map_or_else(Cell::empty, |found| Cell::of(format!("{found:+}"), parts(found)))
}

fn parts(Pooled { mean, se, between }: Pooled) -> serde_json::Value {
    json!({ "mean": mean, "se": se, "between seeds": between })
}

/// What lies between two numbers.
pub(super) fn interval((low, high): (f64, f64)) -> Cell {
    Cell::of(format!("{low:+.4} to {high:+.4}"), [low, high])
}

/// The first column of a table, whose title says what the table is of.
fn names(title: String) -> Column {
    Column::keyed(title, "name")
}

/// A table of the test metrics of one or several runs that differ only in their seeds, and of gains, paired by user. The
/// published rows are at the bottom. `actor` is the actor's label.
pub fn of_runs(runs: &OverSeeds, actor: &str, metrics: &[Metric], published: &[Row]) -> Captioned {
    let first = runs.first().map(|run| title(run.test_users, run.candidates)).unwrap_or_default();
    let (title, caption) = match runs.len() {
        1 => (first, OF_ONE),
        seeds => (format!("{first}, {seeds} seeds"), OVER_SEEDS),
    };
    let mut table =
        Table::new(std::iter::once(names(title)).chain(metrics.iter().map(|m| m.title().into()))).right(1..);
    for role in runs.roles() {
        let figure = |metric| pooled(runs.mean(role, metric));
        table.add_row(row(role.label(actor).to_owned(), metrics, figure));
    }
    let trained = || runs.roles().into_iter().filter(|role| role.is_trained() && *role != Role::Actor);
    let over_actor = trained().rev().map(|role| Gain::new(role, Role::Actor));
    for gain in over_actor.chain(trained().map(|role| Gain::new(Role::Ract, role))) {
        if metrics.iter().any(|&metric| runs.gain(gain, metric).is_some()) {
            table.add_row(row(gain.label(actor), metrics, |metric| difference(runs.gain(gain, metric))));
        }
    }
    for row in published {
        let label = format!("{}, published{}", row.model, row.mark());
        let figure = |x: &f64| Cell::of(format!("{x:.3}         "), json!({ "mean": x }));
        table.add_row(self::row(label, metrics, |metric| row.test.get(&metric).map_or_else(Cell::empty, figure)));
    }
    Captioned { table, caption: caption.to_owned() }
}

/// One row per run and trained recommender: its mean, what it gains over the actor, and what RaCT gains over it. Each of
/// `runs` has a name, the label of its actor, and its tests.
pub fn side_by_side(runs: &[(String, &str, OverSeeds)], metric: Metric) -> Captioned {
    let columns = [
        "run".into(),
        Column::keyed(format!("test {}", metric.title()), "recommender"),
        "seeds".into(),
        "mean".into(),
        "- the actor".into(),
        Column::keyed("95 %", "- the actor, 95 %"),
        "RaCT - it".into(),
        Column::keyed("95 %", "RaCT - it, 95 %"),
    ];
    let mut table = Table::new(columns).right(2..);
    for (name, actor, over) in runs {
        let gain = |of: Role, before: Role| {
            let gain = Gain::new(of, before);
            let found = (of != before).then(|| over.gain(gain, metric)).flatten();
            let tested = found.and_then(|_| over.compare(gain, metric)).map(|comparison| comparison.interval);
            [difference(found), tested.map_or_else(Cell::empty, interval)]
        };
        for role in over.roles().into_iter().filter(|role| role.is_trained()) {
            let mean = pooled(over.mean(role, metric));
            let cells = [name.clone().into(), role.label(actor).into(), Cell::number(over.len()), mean];
            let gains = [gain(role, Role::Actor), gain(Role::Ract, role)];
            table.add_row(cells.into_iter().chain(gains.into_iter().flatten()));
        }
    }
    Captioned {
        table,
        caption: format!("Differences are paired by user. {OVER_SEEDS} 95 %: bootstrap of users and seeds."),
    }
}

fn title(users: usize, candidates: Option<usize>) -> String {
    let ranked = candidates.map(|items| format!(", {items} items ranked")).unwrap_or_default();
    format!("test, {users} users{ranked}")
}

/// The test metrics of a baseline.
pub fn baseline(result: &BaselineResult, metrics: &[Metric]) -> Captioned {
    let title = names(title(result.test_users, result.candidates));
    let mut table = Table::new(std::iter::once(title).chain(metrics.iter().map(|m| m.title().into()))).right(1..);
    for (role, found) in &result.test {
        table.add_row(row(role.label("").to_owned(), metrics, |metric| {
            pooled(found.get(&metric).copied().map(Pooled::from))
        }));
    }
    Captioned { table, caption: OF_ONE.to_owned() }
}

/// The time of the parts of each phase. Only parts with at least a hundredth of the phase's time are shown, longest
/// first.
pub fn profiles<P: fmt::Display>(profiles: &BTreeMap<P, BTreeMap<String, PartTime>>) -> Table {
    const LEAST: f64 = 0.01;
    let mut table = Table::new(["phase", "part", "share", "seconds", "ms per call"]).right(2..);
    for (phase, parts) in profiles {
        let mut parts: Vec<_> = parts.iter().filter(|(_, spent)| spent.share >= LEAST).collect();
        parts.sort_by(|(_, a), (_, b)| b.share.total_cmp(&a.share));
        for (part, spent) in parts {
            let each = 1e3 * spent.seconds / spent.calls.max(1) as f64;
            table.add_row([
                phase.to_string().into(),
                part.clone().into(),
                Cell::of(format!("{:.1} %", 100.0 * spent.share), spent.share),
                Cell::of(format!("{:.2}", spent.seconds), spent.seconds),
                Cell::of(format!("{each:.3}"), each),
            ]);
        }
    }
    table
}

fn row(label: String, metrics: &[Metric], figure: impl Fn(Metric) -> Cell) -> Vec<Cell> {
    std::iter::once(label.into()).chain(metrics.iter().map(|&metric| figure(metric))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Estimate;
    use crate::run::{Metrics, TestSummary};
    use std::collections::BTreeMap;

    const METRIC: Metric = Metric::ndcg(100);

    fn run(ract: f64) -> TestSummary {
        let figure = |mean, se| Metrics::from([(METRIC, Estimate { mean, se })]);
        TestSummary {
            test_users: 7,
            candidates: None,
            test: BTreeMap::from([(Role::Actor, figure(0.4, 0.01)), (Role::Ract, figure(ract, 0.01))]),
            gain: BTreeMap::from([(Gain::new(Role::Ract, Role::Actor), figure(ract - 0.4, 0.001))]),
        }
    }

    fn drawn(runs: &[TestSummary]) -> (Vec<[String; 2]>, String) {
        let published = Row {
            dataset: "x".to_owned(),
            model: "RaCT".to_owned(),
            test: BTreeMap::from([(METRIC, 0.434)]),
            source: String::new(),
            from_memory: true,
        };
        let runs = OverSeeds::of_summaries(runs.to_vec());
        let Captioned { table, caption } = of_runs(&runs, "Mult-VAE", &[METRIC], &[published]);
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let text = table.to_string();
        let rows = text.lines().map(cells).filter(|cells| !cells[1].starts_with("--"));
        (rows.map(|cells| [cells[1].clone(), cells[2].clone()]).collect(), caption)
    }

    #[test]
    fn gains_have_a_sign_and_published_numbers_are_at_the_bottom() {
        let (rows, caption) = drawn(&[run(0.404)]);
        let expected = [
            ["test, 7 users", "NDCG@100"],
            ["Mult-VAE", "0.4000 ± 0.0100"],
            ["RaCT", "0.4040 ± 0.0100"],
            ["RaCT - Mult-VAE", "+0.0040 ± 0.0010"],
            ["RaCT, published*", "0.434"],
        ];
        assert_eq!(rows, expected);
        assert_eq!(caption, OF_ONE);
    }

    #[test]
    fn over_seeds_the_deviation_between_them_is_in_brackets() {
        let (rows, caption) = drawn(&[run(0.404), run(0.408)]);
        let expected = [
            ["test, 7 users, 2 seeds", "NDCG@100"],
            ["Mult-VAE", "0.4000 (0.0000)"],
            ["RaCT", "0.4060 (0.0028)"],
            ["RaCT - Mult-VAE", "+0.0060 (0.0028)"],
        ];
        assert_eq!(rows[..4], expected);
        assert_eq!(caption, OVER_SEEDS);
    }
}
