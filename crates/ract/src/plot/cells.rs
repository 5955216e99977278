//! A grid of coloured cells.

use super::panel::Drawn;
use super::{Cells, style};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{Cartesian2d, ChartContext, DrawingBackend, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{BLACK, Color, WHITE};

/// From this share of the largest value on, a cell is dark.
const DARK: f64 = 0.6;

pub(super) fn draw<B: DrawingBackend>(
    chart: &mut ChartContext<'_, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    Cells { rows, numbers }: &Cells,
    scale: u32,
) -> Drawn<B> {
    let all = || rows.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    // Around 0 where there are negative values, else from the smallest to the largest.
    let share = |value: f64| {
        if low < 0.0 { value / high.max(-low) } else { (value - low) / (high - low).max(f64::MIN_POSITIVE) }
    };
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
            Text::new(style::number(value), place, style::text(13, scale).pos(centred).color(colour))
        }))?;
    }
    Ok(())
}
