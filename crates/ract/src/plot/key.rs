//! The key of a panel: the names of its series, beside their last points and in their colours.

use super::style::Drawn;
use super::{Mark, Series, style};
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend, Rectangle};
use plotters::style::Color;

/// The height of a line of the key.
const LINE: i32 = 17;

/// Draws a key of `series` at the horizontal position `left`, between `top` and `bottom`. The label of a line is placed
/// as close as possible to its position in `ends`, where the line ends.
pub(super) fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    series: &[Series],
    ends: &[Option<i32>],
    (left, top, bottom): (i32, i32, i32),
    scale: u32,
) -> Drawn<B> {
    let line = LINE * scale as i32;
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by_key(|&at| ends[at].unwrap_or(i32::MIN));
    let wished: Vec<i32> = order.iter().map(|&at| ends[at].unwrap_or(top)).collect();
    for (&at, y) in order.iter().zip(spread(&wished, line, top, bottom)) {
        let Series { label, mark, points } = &series[at];
        let colour = style::colour(at);
        let side = 4 * scale as i32;
        let swatch = [(left, y - side), (left + 2 * side, y + side)];
        area.draw(&Rectangle::new(swatch, colour.filled()))?;
        let last = points.last().map(|point| format!(" {}", style::number(point.y)));
        let last = last.filter(|_| matches!(mark, Mark::Line | Mark::Dashed)).unwrap_or_default();
        let text = style::text(13, scale);
        area.draw_text(&format!("{label}{last}"), &text, (left + 3 * side, y - 7 * scale as i32))?;
    }
    Ok(())
}

/// Positions of labels of height `line`, given the ascending positions `wished`. The labels are at least `line` apart,
/// and between `top` and `bottom` as far as they fit.
fn spread(wished: &[i32], line: i32, top: i32, bottom: i32) -> Vec<i32> {
    let mut places = wished.to_vec();
    let mut least = top;
    for place in &mut places {
        *place = (*place).max(least);
        least = *place + line;
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = (*place).min(most);
        most = *place - line;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_overlap_and_stay_within_the_panel() {
        assert_eq!(spread(&[50, 51, 200], 10, 0, 100), [50, 60, 100]);
        assert_eq!(spread(&[95, 96, 97], 10, 0, 100), [80, 90, 100]);
    }
}
