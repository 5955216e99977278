//! The parts of a report. The templates escape all text.

use crate::plot::Series;
use crate::tabular::Table;
use crate::{Error, Result, plot};
use askama::Template;

/// The complete page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) lead: String,
    pub(super) parts: Vec<Part>,
}

/// A heading and the content below it. Subordinate parts come last.
#[derive(Default)]
pub(super) struct Part {
    pub(super) heading: String,
    /// Whether the part is folded until the reader opens it.
    pub(super) folded: bool,
    pub(super) text: Vec<String>,
    pub(super) rows: Option<Rows>,
    pub(super) figures: Vec<Figure>,
    /// Text that is shown exactly as it is in a file.
    pub(super) verbatim: Option<String>,
    pub(super) parts: Vec<Part>,
}

/// A part with the level of its heading in the page.
#[derive(Template)]
#[template(path = "part.html")]
struct Placed<'a> {
    part: &'a Part,
    level: u8,
}

/// A table.
#[derive(Template)]
#[template(path = "rows.html")]
pub(super) struct Rows {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A drawing and its numbers.
#[derive(Template)]
#[template(path = "figure.html")]
pub(super) struct Figure {
    title: String,
    svg: String,
    rows: Rows,
}

impl Page {
    pub(super) fn html(&self) -> Result<String> {
        self.render().map_err(|error| Error::Failed(format!("cannot fill the report's template: {error}")))
    }
}

impl Part {
    fn at(&self, level: u8) -> Placed<'_> {
        Placed { part: self, level }
    }
}

impl From<&Table> for Rows {
    fn from(table: &Table) -> Self {
        let trimmed = |row: Vec<String>| row.iter().map(|cell| cell.trim().to_owned()).collect();
        Self { header: table.titles(), rows: table.texts().map(trimmed).collect() }
    }
}

impl Figure {
    /// A figure from a panel and `rows` with its numbers. The page shows the title; the drawing does not.
    pub(super) fn new(title: String, panel: plot::Panel, rows: Rows) -> Result<Self> {
        let svg = plot::Figure { title: String::new(), panels: vec![panel] }.svg()?;
        Ok(Self { title, svg, rows })
    }
}

impl Rows {
    /// The numbers of curves over the same axis, one row per value on the axis.
    pub(super) fn of_curves(axis: &str, curves: &[Series]) -> Self {
        let header = std::iter::once(axis.to_owned()).chain(curves.iter().map(|curve| curve.label.clone())).collect();
        let mut places: Vec<f64> = curves.iter().flat_map(|curve| &curve.points).map(|point| point.x).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let value = |curve: &Series, x: f64| {
            curve.points.iter().find(|point| point.x == x).map_or_else(String::new, |point| digits(point.y))
        };
        let row = |&x: &f64| std::iter::once(x.to_string()).chain(curves.iter().map(|c| value(c, x))).collect();
        Self { header, rows: places.iter().map(row).collect() }
    }
}

/// A number with five significant digits.
fn digits(value: f64) -> String {
    format!("{value:.*}", plot::decimals(value, 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_in_every_part_of_the_page() {
        let rows = Rows { header: vec!["<h>".to_owned()], rows: vec![vec!["<c>".to_owned()]] };
        let text = || "<script>".to_owned();
        let inner = Part { heading: text(), folded: true, ..Part::default() };
        let part = Part {
            heading: text(),
            text: vec![text()],
            rows: Some(rows),
            verbatim: Some(text()),
            parts: vec![inner],
            ..Part::default()
        };
        let html = Page { title: text(), lead: text(), parts: vec![part] }.html().unwrap();
        assert!(!html.contains("<script") && !html.contains("<h>") && !html.contains("<c>"), "{html}");
        assert_eq!(html.matches("script").count(), 7, "{html}");
    }

    #[test]
    fn numbers_have_five_significant_digits() {
        assert_eq!(
            [0.45452540146, 544.08697, 0.00225, 0.0, 776.86173].map(digits),
            ["0.45453", "544.09", "0.0022500", "0.0000", "776.86"]
        );
    }
}
