//! A grid of coloured cells.

use super::style::Drawn;
use super::{Cells, style};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{Cartesian2d, ChartContext, DrawingArea, DrawingBackend, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{BLACK, Color, WHITE};

/// Above this share of the largest value, a cell is so dark that its number is written in white.
const DARK: f64 = 0.6;
/// Number of values in the key.
const STEPS: u32 = 7;

pub(super) fn draw<B: DrawingBackend>(
    chart: &mut ChartContext<'_, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    Cells { rows, numbers }: &Cells,
    scale: u32,
) -> Drawn<B> {
    let (low, high) = ends(rows);
    let share = |value| share(value, low, high);
    let cells = || {
        let cell = |row, (column, &value): (usize, &f64)| ((column as f64, row as f64), value);
        rows.iter().enumerate().flat_map(move |(row, values)| values.iter().enumerate().map(move |c| cell(row, c)))
    };
    let cells = || cells().filter(|(_, value)| value.is_finite());
    chart.draw_series(cells().map(|((x, y), value)| {
        Rectangle::new([(x - 0.5, y - 0.5), (x + 0.5, y + 0.5)], style::shade(share(value)).filled())
    }))?;
    if *numbers {
        let centred = Pos::new(HPos::Center, VPos::Center);
        chart.draw_series(cells().map(|(place, value)| {
            let colour = if share(value).abs() > DARK { &WHITE } else { &BLACK };
            Text::new(style::short_number(value), place, style::text(13, scale).pos(centred).color(colour))
        }))?;
    }
    Ok(())
}

/// Draws the key, which shows the colours of some values.
pub(super) fn draw_key<B: DrawingBackend>(area: &DrawingArea<B, Shift>, cells: &Cells, scale: u32) -> Drawn<B> {
    let (low, high) = ends(&cells.rows);
    if low >= high {
        return Ok(());
    }
    for step in 0..STEPS {
        let value = high - (high - low) * f64::from(step) / f64::from(STEPS - 1);
        let (x, y) = style::at(4, 44 + 22 * step, scale);
        let side = 14 * scale as i32;
        let colour = style::shade(share(value, low, high));
        area.draw(&Rectangle::new([(x, y), (x + side, y + side)], colour.filled()))?;
        area.draw(&Rectangle::new([(x, y), (x + side, y + side)], BLACK.mix(0.3)))?;
        area.draw_text(&style::number(value), &style::text(13, scale), (x + side + side / 2, y))?;
    }
    Ok(())
}

/// The smallest and the largest value.
fn ends(rows: &[Vec<f64>]) -> (f64, f64) {
    let all = rows.iter().flatten().copied().filter(|value| value.is_finite());
    all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

/// How dark the cell of a value is. If there are negative values, the share is 0 at the value 0 and at most 1 in size.
/// Otherwise it is 0 at the smallest value and 1 at the largest.
fn share(value: f64, low: f64, high: f64) -> f64 {
    if low < 0.0 { value / high.max(-low) } else { (value - low) / (high - low).max(f64::MIN_POSITIVE) }
}
