//! Results as tables in Markdown.

use crate::config::{Gain, Role};
use crate::metrics::{Estimate, Metric};
use crate::paper::published::Row;
use crate::run::{BaselineResult, Metrics, Profiles, TestSummary};
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

/// A table of test results. For one run: test metrics with their standard errors, and gains, paired by user. For
/// several runs: means and standard deviations over the runs. The published rows are at the bottom. `actor` is the
/// actor's label.
pub fn of_runs(runs: &[TestSummary], actor: &str, metrics: &[Metric], published: &[Row]) -> Table {
    match runs {
        [run] => draw(title(run.test_users, run.candidates), run, actor, metrics, published),
        runs => {
            let title = format!("test, mean ± standard deviation of {} runs", runs.len());
            draw(title, &TestSummary::over_runs(runs), actor, metrics, published)
        }
    }
}

fn title(users: usize, candidates: Option<usize>) -> String {
    let ranked = candidates.map(|items| format!(", {items} items ranked")).unwrap_or_default();
    format!("test, {users} users{ranked}")
}

fn draw(title: String, evaluation: &TestSummary, actor: &str, metrics: &[Metric], published: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(std::iter::once(title).chain(metrics.iter().map(|m| m.title())));
    for (role, found) in &evaluation.test {
        table.add_row(row(role.label(actor).to_owned(), found, metrics, |estimate| estimate.to_string()));
    }
    let trained = || evaluation.test.keys().copied().filter(|role| role.is_trained() && *role != Role::Actor);
    let over_actor = trained().rev().map(|role| Gain::new(role, Role::Actor));
    for gain in over_actor.chain(trained().map(|role| Gain::new(Role::Ract, role))) {
        if let Some(found) = evaluation.gain.get(&gain) {
            let figure = |gain: &Estimate| format!("{:+.4} ± {:.4}", gain.mean, gain.se);
            table.add_row(row(gain.label(actor), found, metrics, figure));
        }
    }
    for row in published {
        let figures = metrics.iter().map(|m| row.test.get(m).map(|x| format!("{x:.3}         ")).unwrap_or_default());
        table.add_row(std::iter::once(format!("{}, published{}", row.model, row.mark())).chain(figures));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The test metrics of a baseline.
pub fn baseline(result: &BaselineResult, metrics: &[Metric]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let title = title(result.test_users, result.candidates);
    table.set_header(std::iter::once(title).chain(metrics.iter().map(|m| m.title())));
    for (role, found) in &result.test {
        table.add_row(row(role.label("").to_owned(), found, metrics, |estimate| estimate.to_string()));
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// The time of the parts of each phase. Only parts with at least a hundredth of the phase's time are shown, longest
/// first.
pub fn profiles(profiles: &Profiles) -> Table {
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

fn row(label: String, found: &Metrics, metrics: &[Metric], write: impl Fn(&Estimate) -> String) -> Vec<String> {
    let figures = metrics.iter().map(|metric| found.get(metric).map(&write).unwrap_or_default());
    std::iter::once(label).chain(figures).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn gains_have_a_sign_and_published_numbers_are_at_the_bottom() {
        let metric = Metric::ndcg(100);
        let figure = |mean, se| Metrics::from([(metric, Estimate { mean, se })]);
        let evaluation = TestSummary {
            test_users: 7,
            candidates: None,
            test: BTreeMap::from([(Role::Actor, figure(0.4, 0.01)), (Role::Ract, figure(0.41, 0.01))]),
            gain: BTreeMap::from([(Gain::new(Role::Ract, Role::Actor), figure(0.004, 0.001))]),
        };
        let published = Row {
            dataset: "x".to_owned(),
            model: "RaCT".to_owned(),
            test: BTreeMap::from([(metric, 0.434)]),
            source: String::new(),
            from_memory: true,
        };
        let table = of_runs(&[evaluation], "Mult-VAE", &[metric], &[published]).to_string();
        let cells = table.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let cells: Vec<_> = cells.map(|cells| (cells[1].to_owned(), cells[2].to_owned())).collect();
        let expected = [
            ("test, 7 users", "NDCG@100"),
            ("Mult-VAE", "0.4000 ± 0.0100"),
            ("RaCT", "0.4100 ± 0.0100"),
            ("RaCT - Mult-VAE", "+0.0040 ± 0.0010"),
            ("RaCT, published*", "0.434"),
        ];
        let found: Vec<_> = cells.iter().filter(|(label, _)| !label.starts_with("--")).collect();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!((found.0.as_str(), found.1.as_str()), expected);
        }
    }
}
