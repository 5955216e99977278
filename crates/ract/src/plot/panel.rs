//! How a panel is drawn: its axes, and the series or cells on them.

use super::style::Drawn;
use super::{Axis, Content, Mark, Panel, Point, Series, cells, key, style};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, ChartBuilder, ChartContext, Circle, DashedLineSeries, DrawingArea, DrawingBackend, LineSeries,
    PathElement, Rectangle,
};
use plotters::style::{Color, RGBColor, ShapeStyle, TRANSPARENT};
use std::ops::Range;

type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The share of the width of a position that its bars fill.
const BARS: f64 = 0.8;
/// With more points than this, the dots are small.
const MANY: usize = 50;

pub(super) fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, panel: &Panel, scale: u32) -> Drawn<B> {
    let (width, height) = area.dim_in_pixel();
    let has_grid = matches!(panel.content, Content::Series(_));
    let (left, right) = area.split_horizontally(width.saturating_sub(style::KEY * scale));
    let (x_range, y_range) = ranges(panel);
    let mut builder = ChartBuilder::on(&left);
    let longest = panel.y.names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let y_labels = (style::LETTER * longest as u32 + 24).max(72);
    builder.margin(8 * scale).x_label_area_size(44 * scale).y_label_area_size(y_labels * scale);
    if !panel.title.is_empty() {
        builder.caption(&panel.title, style::text(15, scale));
    }
    let mut chart = builder.build_cartesian_2d(x_range.clone(), y_range.clone())?;
    let (x_ticks, y_ticks) = (ticks(&panel.x), ticks(&panel.y));
    let grid = if has_grid { RGBColor(228, 228, 228).into() } else { TRANSPARENT };
    chart
        .configure_mesh()
        .bold_line_style(ShapeStyle { color: grid, filled: false, stroke_width: scale })
        .light_line_style(TRANSPARENT)
        .x_labels(if panel.x.names.is_empty() { 7 } else { panel.x.names.len() })
        .y_labels(if panel.y.names.is_empty() { 7 } else { panel.y.names.len() })
        .x_label_formatter(&x_ticks)
        .y_label_formatter(&y_ticks)
        .x_desc(&panel.x.label)
        .y_desc(&panel.y.label)
        .label_style(style::text(13, scale))
        .axis_desc_style(style::text(14, scale))
        .draw()?;
    match &panel.content {
        Content::Cells(cells) => {
            cells::draw(&mut chart, cells, scale)?;
            cells::draw_key(&right, cells, scale)
        }
        Content::Series(all) => {
            for (place, series) in all.iter().enumerate() {
                draw_series(&mut chart, panel, series, (place, all), scale)?;
            }
            let origin = right.get_base_pixel().1;
            let ends: Vec<_> = all.iter().map(|series| Some(end(&chart, panel, series)? - origin)).collect();
            let room = (4, 40 * scale as i32, height as i32 - 60 * scale as i32);
            key::draw(&right, all, &ends, room, scale)
        }
    }
}

/// The position of a value on the axis.
fn on(axis: &Axis, value: f64) -> f64 {
    if axis.log { value.max(f64::MIN_POSITIVE).log10() } else { value }
}

/// The label of a tick.
fn ticks(axis: &Axis) -> impl Fn(&f64) -> String + use<'_> {
    move |&at| match axis {
        Axis { names, .. } if !names.is_empty() => {
            let is_place = (at - at.round()).abs() < 1e-6 && at > -0.5;
            if is_place { names.get(at.round() as usize).cloned().unwrap_or_default() } else { String::new() }
        }
        Axis { log: true, .. } => style::number(10_f64.powf(at)),
        _ => style::number(at),
    }
}

/// The pixel row at which a line ends.
fn end<B: DrawingBackend>(chart: &Chart<'_, B>, panel: &Panel, series: &Series) -> Option<i32> {
    let last = series.points.last().filter(|_| matches!(series.mark, Mark::Line | Mark::Dashed | Mark::Curve))?;
    Some(chart.backend_coord(&(on(&panel.x, last.x), on(&panel.y, last.y))).1)
}

fn ranges(panel: &Panel) -> (Range<f64>, Range<f64>) {
    let named = |axis: &Axis| -0.5..axis.names.len() as f64 - 0.5;
    let series = match &panel.content {
        Content::Cells(cells) => {
            let columns = cells.rows.iter().map(Vec::len).max().unwrap_or_default();
            return (-0.5..columns as f64 - 0.5, -0.5..cells.rows.len() as f64 - 0.5);
        }
        Content::Series(series) => series,
    };
    let points = || series.iter().flat_map(|series| &series.points);
    let x = if panel.x.names.is_empty() {
        padded(points().map(|point| on(&panel.x, point.x)), 0.02)
    } else {
        named(&panel.x)
    };
    let from_zero = series.iter().any(|series| series.mark == Mark::Bars).then_some(0.0);
    let ends = points().flat_map(|point| [point.y - point.error, point.y + point.error]);
    (x, padded(ends.chain(from_zero).map(|y| on(&panel.y, y)), 0.05))
}

/// The range of the values, extended on both sides by a share of its length.
fn padded(values: impl Iterator<Item = f64>, share: f64) -> Range<f64> {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low > high {
        return 0.0..1.0;
    }
    let more = share * if high > low { high - low } else { high.abs().max(1.0) };
    low - more..high + more
}

fn draw_series<B: DrawingBackend>(
    chart: &mut Chart<'_, B>,
    panel: &Panel,
    series: &Series,
    (place, all): (usize, &[Series]),
    scale: u32,
) -> Drawn<B> {
    let colour = style::colour(place);
    let line = colour.stroke_width(2 * scale);
    let bars: Vec<usize> = all.iter().enumerate().filter(|(_, s)| s.mark == Mark::Bars).map(|(at, _)| at).collect();
    let width = BARS / bars.len().max(1) as f64;
    // Bars at the same position stand side by side.
    let shift = match bars.iter().position(|&at| at == place) {
        Some(bar) => (bar as f64 + 0.5) * width - BARS / 2.0,
        None => 0.0,
    };
    let at = |point: &Point| (on(&panel.x, point.x) + shift, on(&panel.y, point.y));
    let finite = || series.points.iter().filter(|point| point.x.is_finite() && point.y.is_finite());
    match series.mark {
        Mark::Line | Mark::Curve => {
            chart.draw_series(LineSeries::new(finite().map(at), line))?;
        }
        Mark::Dashed => {
            let dash = 6 * scale;
            chart.draw_series(DashedLineSeries::new(finite().map(at), dash, dash / 2, line))?;
        }
        Mark::Points => {
            let dot = colour.mix(0.6).filled();
            let radius = if series.points.len() > MANY { 2 } else { 4 };
            chart.draw_series(finite().map(|point| Circle::new(at(point), radius * scale, dot)))?;
        }
        Mark::Bars => {
            let bar = |point: &Point| {
                let (x, y) = at(point);
                Rectangle::new([(x - width / 2.0, 0.0), (x + width / 2.0, y)], colour.mix(0.75).filled())
            };
            chart.draw_series(finite().map(bar))?;
        }
    }
    let with_error = finite().filter(|point| point.error > 0.0);
    chart.draw_series(with_error.map(|point| {
        let ends = [point.y - point.error, point.y + point.error].map(|y| at(&Point { y, ..*point }));
        PathElement::new(ends, colour.stroke_width(scale))
    }))?;
    Ok(())
}
