//! Results as tables in Markdown.

use crate::config::{Gain, Role};
use crate::metrics::Metric;
use crate::paper::published::Row;
use crate::run::{BaselineResult, OverSeeds, PartTime};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
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

/// A table of the test metrics of one or several runs that differ only in their seeds, and of gains, paired by user. The
/// published rows are at the bottom. `actor` is the actor's label.
pub fn of_runs(runs: &OverSeeds, actor: &str, metrics: &[Metric], published: &[Row]) -> Captioned {
    let first = runs.first().map(|run| title(run.test_users, run.candidates)).unwrap_or_default();
    let (title, caption) = match runs.len() {
        1 => (first, OF_ONE),
        seeds => (format!("{first}, {seeds} seeds"), OVER_SEEDS),
    };
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(std::iter::once(title).chain(metrics.iter().map(|m| m.title())));
    for role in runs.roles() {
        let figure = |metric| runs.mean(role, metric).map(|mean| mean.to_string());
        table.add_row(row(role.label(actor).to_owned(), metrics, figure));
    }
    let trained = || runs.roles().into_iter().filter(|role| role.is_trained() && *role != Role::Actor);
    let over_actor = trained().rev().map(|role| Gain::new(role, Role::Actor));
    for gain in over_actor.chain(trained().map(|role| Gain::new(Role::Ract, role))) {
        let figure = |metric| runs.gain(gain, metric).map(|gain| format!("{gain:+}"));
        if metrics.iter().any(|&metric| figure(metric).is_some()) {
            table.add_row(row(gain.label(actor), metrics, figure));
        }
    }
    for row in published {
        let figures = metrics.iter().map(|m| row.test.get(m).map(|x| format!("{x:.3}         ")).unwrap_or_default());
        table.add_row(std::iter::once(format!("{}, published{}", row.model, row.mark())).chain(figures));
    }
    align(&mut table, 1);
    Captioned { table, caption: caption.to_owned() }
}

/// One row per run and trained recommender: its mean, what it gains over the actor, and what RaCT gains over it. Each of
/// `runs` has a name, the label of its actor, and its tests.
pub fn side_by_side(runs: &[(String, &str, OverSeeds)], metric: Metric) -> Captioned {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let title = format!("test {}", metric.title());
    table.set_header(["run", &title, "seeds", "mean", "- the actor", "95 %", "RaCT - it", "95 %"]);
    for (name, actor, over) in runs {
        let gain = |of: Role, before: Role| {
            let gain = Gain::new(of, before);
            let found = (of != before).then(|| over.gain(gain, metric)).flatten();
            let interval = found.and_then(|_| over.compare(gain, metric)).map(|comparison| comparison.interval);
            let interval = interval.map(|(low, high)| format!("{low:+.4} to {high:+.4}"));
            [found.map(|found| format!("{found:+}")), interval].map(Option::unwrap_or_default)
        };
        for role in over.roles().into_iter().filter(|role| role.is_trained()) {
            let mean = over.mean(role, metric).map(|mean| mean.to_string()).unwrap_or_default();
            let cells = [name.clone(), role.label(actor).to_owned(), over.len().to_string(), mean];
            let gains = [gain(role, Role::Actor), gain(Role::Ract, role)];
            table.add_row(cells.into_iter().chain(gains.into_iter().flatten()));
        }
    }
    align(&mut table, 2);
    Captioned {
        table,
        caption: format!("Differences are paired by user. {OVER_SEEDS} 95 %: bootstrap of users and seeds."),
    }
}

/// All columns but the first `names` on the right.
pub(super) fn align(table: &mut Table, names: usize) {
    table.column_iter_mut().skip(names).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
}

fn title(users: usize, candidates: Option<usize>) -> String {
    let ranked = candidates.map(|items| format!(", {items} items ranked")).unwrap_or_default();
    format!("test, {users} users{ranked}")
}

/// The test metrics of a baseline.
pub fn baseline(result: &BaselineResult, metrics: &[Metric]) -> Captioned {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let title = title(result.test_users, result.candidates);
    table.set_header(std::iter::once(title).chain(metrics.iter().map(|m| m.title())));
    for (role, found) in &result.test {
        table.add_row(row(role.label("").to_owned(), metrics, |metric| Some(found.get(&metric)?.to_string())));
    }
    align(&mut table, 1);
    Captioned { table, caption: OF_ONE.to_owned() }
}

/// The time of the parts of each phase. Only parts with at least a hundredth of the phase's time are shown, longest
/// first.
pub fn profiles<P: fmt::Display>(profiles: &BTreeMap<P, BTreeMap<String, PartTime>>) -> Table {
    const LEAST: f64 = 0.01;
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["phase", "part", "share", "seconds", "ms per call"]);
    for (phase, parts) in profiles {
        let mut parts: Vec<_> = parts.iter().filter(|(_, spent)| spent.share >= LEAST).collect();
        parts.sort_by(|(_, a), (_, b)| b.share.total_cmp(&a.share));
        for (part, spent) in parts {
            let each = 1e3 * spent.seconds / spent.calls.max(1) as f64;
            table.add_row([
                phase.to_string(),
                part.clone(),
                format!("{:.1} %", 100.0 * spent.share),
                format!("{:.2}", spent.seconds),
                format!("{each:.3}"),
            ]);
        }
    }
    table.column_iter_mut().skip(2).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

fn row(label: String, metrics: &[Metric], figure: impl Fn(Metric) -> Option<String>) -> Vec<String> {
    let figures = metrics.iter().map(|&metric| figure(metric).unwrap_or_default());
    std::iter::once(label).chain(figures).collect()
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
        let rows = table.lines().map(|line| cells(&line)).filter(|cells| !cells[1].starts_with("--"));
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
