//! Tables of differences and of their tests.

use super::table::{Captioned, difference, interval};
use crate::metrics::{Comparison, Pooled, RESAMPLES, holm};
use crate::tabular::{Cell, Column, Table};

/// A test in a table: the title of its column, and its p value.
pub type Test = (&'static str, fn(&Comparison) -> f64);

/// The test by the bootstrap, over users and seeds.
pub const BOOTSTRAP: Test = ("p", |comparison| comparison.p);
/// The paired t test, over users.
pub const T: Test = ("p (t)", |comparison| comparison.t);
/// Wilcoxon's test, over users.
pub const WILCOXON: Test = ("p (Wilcoxon)", |comparison| comparison.wilcoxon);

/// A row: its first cells, the difference, and what tests say of it. Without the values of each user there are none.
pub struct Row {
    /// The first cells.
    pub names: Vec<Cell>,
    /// The difference.
    pub gain: Pooled,
    /// Its tests.
    pub comparison: Option<Comparison>,
}

/// A table of differences. The p values are adjusted for all rows of the table.
pub fn table(header: &[Column], rows: &[Row], tests: &[Test]) -> Captioned {
    let columns =
        tests.iter().flat_map(|(title, _)| [(*title).into(), Column::keyed("Holm", format!("{title}, Holm"))]);
    let first = ["difference", "between seeds", "95 %", "effect"].map(Column::from);
    let mut table = Table::new(header.iter().cloned().chain(first).chain(columns)).right(header.len()..);
    let p_values =
        |(_, p): &Test| holm(&rows.iter().filter_map(|row| row.comparison.as_ref().map(p)).collect::<Vec<_>>());
    let mut adjusted: Vec<_> = tests.iter().map(|test| p_values(test).into_iter()).collect();
    for Row { names, gain, comparison } in rows {
        let difference = difference(Some(Pooled { between: None, ..*gain }));
        let between = gain.between.map_or_else(Cell::empty, |between| Cell::of(format!("{between:.4}"), between));
        let mut cells: Vec<_> = names.iter().cloned().chain([difference, between]).collect();
        if let Some(comparison) = comparison {
            let effect = Cell::of(format!("{:+.3}", comparison.effect), comparison.effect);
            cells.extend([interval(comparison.interval), effect]);
            for ((_, p), adjusted) in tests.iter().zip(&mut adjusted) {
                cells.extend(std::iter::once(p(comparison)).chain(adjusted.next()).map(probability));
            }
        }
        table.add_row(cells);
    }
    let mut caption = format!(
        "Differences are paired by user; ±: standard error over the users. effect: mean difference / standard deviation \
         over the users (Cohen's d_z). 95 %, p: bootstrap of users and seeds, {RESAMPLES} resamples, two-sided. Holm: p \
         adjusted for all rows with a p."
    );
    if tests.len() > 1 {
        caption += " t, Wilcoxon: tests of the users' means over the seeds, which say nothing of other seeds.";
    }
    Captioned { table, caption }
}

fn probability(p: f64) -> Cell {
    Cell::of(if p < 1e-4 { "< 0.0001".to_owned() } else { format!("{p:.4}") }, p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Seeds;

    #[test]
    fn p_values_are_adjusted_for_the_rows_that_have_some() {
        let compare = |gain: f64| {
            let after: Vec<f64> = (0..50).map(|user| gain + f64::from(user * 7 % 50) / 50.0 - 0.49).collect();
            Comparison::of(&[after], &[vec![0.0; 50]], Seeds::Paired)
        };
        let row = |comparison: Comparison| Row {
            names: vec!["a - b".into()],
            gain: comparison.gain,
            comparison: Some(comparison),
        };
        let (clear, none) = (compare(0.5), compare(0.0));
        let unknown = Row { names: vec!["old".into()], gain: Pooled::of_means(&[0.1, 0.2]), comparison: None };
        let drawn = table(&["x".into()], &[row(clear), unknown, row(none)], &[BOOTSTRAP, T]).table.to_string();
        let cells = |line: usize| -> Vec<String> {
            drawn.lines().nth(line).unwrap().split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        assert_eq!(
            cells(0)[1..10],
            ["x", "difference", "between seeds", "95 %", "effect", "p", "Holm", "p (t)", "Holm"]
        );
        assert_eq!(cells(2)[6..8], ["0.0002", "0.0004"]);
        assert_eq!(cells(2)[8..10], ["< 0.0001", "< 0.0001"]);
        assert_eq!(cells(3)[1..6], ["old", "+0.1500", "0.0707", "", ""]);
        assert_eq!(cells(4)[6], cells(4)[7]);
    }
}
