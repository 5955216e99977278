//! Figures, described separately from how they are drawn. Each can be written as an SVG, as a PNG, and as a CSV file of
//! its numbers.

mod cells;
mod key;
mod panel;
mod style;

pub(crate) use style::decimals;

use crate::{Error, Result};
use plotters::prelude::{BitMapBackend, DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::WHITE;
use std::fmt::Display;

/// The number of panels side by side.
const COLUMNS: usize = 2;
/// The number of pixels of a PNG per unit of the SVG.
const PNG_SCALE: u32 = 2;

/// A title and the panels below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The title.
    pub title: String,
    /// The panels, in reading order.
    pub panels: Vec<Panel>,
}

/// A pair of axes and what is drawn on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The title; it may be empty.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The content.
    pub content: Content,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// The quantity, with its unit.
    pub label: String,
    /// Whether the axis is logarithmic.
    pub log: bool,
    /// The names of the positions 0, 1, 2 and so on, if the axis has names instead of numbers.
    pub names: Vec<String>,
}

/// What is drawn on a pair of axes.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Series, drawn over one another.
    Series(Vec<Series>),
    /// A grid of coloured cells.
    Cells(Cells),
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name of the series.
    pub label: String,
    /// How they are drawn.
    pub mark: Mark,
    /// The points, in the order in which a line joins them.
    pub points: Vec<Point>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A line. Its last value is written beside it.
    Line,
    /// A dashed line. Its last value is written beside it.
    Dashed,
    /// A line without its last value beside it.
    Curve,
    /// A dot for each point.
    Points,
    /// A bar from 0 for each point. Bars of several series at the same position are drawn side by side.
    Bars,
}

/// A point of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// The value on the horizontal axis.
    pub x: f64,
    /// The value on the vertical axis.
    pub y: f64,
    /// Half the length of its error bar; 0 means no error bar.
    pub error: f64,
}

/// A grid of cells. The colour of a cell shows its value: from white to blue. If some values are negative, the colours
/// go from vermilion through white to blue.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// Rows of values, from the bottom up. NaN marks an empty cell.
    pub rows: Vec<Vec<f64>>,
    /// Whether each value is also written in its cell.
    pub numbers: bool,
}

impl Axis {
    /// An axis of numbers.
    pub fn of(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A logarithmic axis of numbers.
    pub fn log(label: impl Into<String>) -> Self {
        Self { log: true, ..Self::of(label) }
    }

    /// An axis of named positions.
    pub fn named<N: Display>(label: impl Into<String>, names: impl IntoIterator<Item = N>) -> Self {
        Self { names: names.into_iter().map(|name| name.to_string()).collect(), ..Self::of(label) }
    }
}

impl Series {
    /// A series without error bars.
    pub fn new(label: impl Into<String>, mark: Mark, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().map(|(x, y)| Point { x, y, error: 0.0 }).collect();
        Self { label: label.into(), mark, points }
    }
}

impl Figure {
    /// The figure as an SVG document, which does not require a font by name.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn svg(&self) -> Result<String> {
        let mut svg = String::new();
        self.draw(SVGBackend::with_string(&mut svg, self.size(1)), 1)?;
        // As wide as the page allows, but not wider than the size at which it was drawn.
        let (width, height) = self.size(1);
        let fixed = format!("<svg width=\"{width}\" height=\"{height}\"");
        Ok(svg.replacen(&fixed, &format!("<svg role=\"img\" style=\"width:100%;max-width:{width}px;height:auto\""), 1))
    }

    /// The figure as a PNG file, twice as large as the SVG.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn png(&self) -> Result<Vec<u8>> {
        let (width, height) = self.size(PNG_SCALE);
        let mut pixels = vec![0; (width * height * 3) as usize];
        self.draw(BitMapBackend::with_buffer(&mut pixels, (width, height)), PNG_SCALE)?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let encoded = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
        encoded.map_err(|error| Error::Failed(format!("cannot encode the figure: {error}")))?;
        Ok(bytes)
    }

    /// The numbers of the figure as CSV, one line per point or cell.
    ///
    /// # Errors
    /// When the CSV cannot be written.
    pub fn csv(&self) -> Result<String> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let mut lines = || -> csv::Result<()> {
            csv.write_record(["panel", "series", "x", "y", "value", "error"])?;
            for Panel { title, x, y, content } in &self.panels {
                let place =
                    |axis: &Axis, at: f64| axis.names.get(at as usize).cloned().unwrap_or_else(|| at.to_string());
                match content {
                    Content::Series(series) => {
                        for Series { label, points, .. } in series {
                            for point in points {
                                let error = if point.error > 0.0 { point.error.to_string() } else { String::new() };
                                let (x, value) = (place(x, point.x), point.y.to_string());
                                csv.write_record([title, label, &x, &y.label, &value, &error])?;
                            }
                        }
                    }
                    Content::Cells(Cells { rows, .. }) => {
                        for (row, values) in rows.iter().enumerate() {
                            for (column, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
                                let (x, y) = (place(x, column as f64), place(y, row as f64));
                                csv.write_record([title, "", &x, &y, &value.to_string(), ""])?;
                            }
                        }
                    }
                }
            }
            Ok(())
        };
        let failed = |error: &dyn Display| Error::Failed(format!("cannot write the figure's numbers: {error}"));
        lines().map_err(|error| failed(&error))?;
        let bytes = csv.into_inner().map_err(|error| failed(&error))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn title_height(&self) -> u32 {
        if self.title.is_empty() { 0 } else { style::TITLE_HEIGHT }
    }

    fn rows(&self) -> usize {
        self.panels.len().div_ceil(COLUMNS)
    }

    fn size(&self, scale: u32) -> (u32, u32) {
        let columns = self.panels.len().clamp(1, COLUMNS) as u32;
        let (width, height) = style::PANEL;
        (scale * columns * width, scale * (self.rows() as u32 * height + self.title_height()))
    }

    fn draw<B: DrawingBackend>(&self, backend: B, scale: u32) -> Result<()> {
        style::register_font()?;
        let drawn = || -> style::Drawn<B> {
            let area = backend.into_drawing_area();
            area.fill(&WHITE)?;
            let (title, below) = area.split_vertically(scale * self.title_height());
            title.draw_text(&self.title, &style::text(17, scale), style::at(12, 12, scale))?;
            let columns = self.panels.len().clamp(1, COLUMNS);
            for (area, content) in below.split_evenly((self.rows(), columns)).iter().zip(&self.panels) {
                panel::draw(area, content, scale)?;
            }
            area.present()
        };
        drawn().map_err(|error| Error::Failed(format!("cannot draw the figure {}: {error}", self.title)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        let line = Series::new("RaCT", Mark::Line, [(1.0, 0.2), (2.0, 0.4)]);
        let with_error = Point { x: 1.0, y: 0.3, error: 0.1 };
        let bars = Series { label: "a, b".to_owned(), mark: Mark::Bars, points: vec![Point::default(), with_error] };
        let panel =
            |title: &str, x: Axis, content| Panel { title: title.to_owned(), x, y: Axis::of("NDCG@100"), content };
        Figure {
            title: "Title <&>".to_owned(),
            panels: vec![
                panel("lines", Axis::log("epoch"), Content::Series(vec![line])),
                panel("bars", Axis::named("k", ["one", "two"]), Content::Series(vec![bars])),
                panel(
                    "cells",
                    Axis::named("k", [1, 2]),
                    Content::Cells(Cells { rows: vec![vec![0.5, -0.25], vec![f64::NAN, 1.0]], numbers: true }),
                ),
            ],
        }
    }

    #[test]
    fn the_csv_contains_every_number() {
        let csv = figure().csv().unwrap();
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines[0], "panel,series,x,y,value,error");
        assert_eq!(lines[1..3], ["lines,RaCT,1,NDCG@100,0.2,", "lines,RaCT,2,NDCG@100,0.4,"]);
        assert_eq!(lines[3..5], ["bars,\"a, b\",one,NDCG@100,0,", "bars,\"a, b\",two,NDCG@100,0.3,0.1"]);
        assert_eq!(lines[5..], ["cells,,1,0,0.5,", "cells,,2,0,-0.25,", "cells,,2,1,1,"]);
    }

    #[test]
    fn the_svg_scales_with_the_page_escapes_text_and_shows_the_last_value_of_a_line() {
        let svg = figure().svg().unwrap();
        assert!(svg.starts_with("<svg role=\"img\" style=\"width:100%;max-width:"), "{}", &svg[..120]);
        assert!(svg.contains("Title &lt;&amp;&gt;") && svg.contains("RaCT 0.4") && svg.contains("-0.25"));
    }

    #[test]
    fn a_png_is_twice_as_large_and_not_blank() {
        let figure = figure();
        let png = figure.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (width, height) = figure.size(1);
        assert_eq!((info.width, info.height), (2 * width, 2 * height));
        assert!(pixels.iter().any(|&byte| byte < 100));
    }

    #[test]
    fn a_figure_without_points_can_be_drawn() {
        let empty = Panel {
            title: String::new(),
            x: Axis::default(),
            y: Axis::default(),
            content: Content::Series(Vec::new()),
        };
        let figure = Figure { title: String::new(), panels: vec![empty] };
        assert!(figure.svg().is_ok() && figure.png().is_ok());
    }
}
