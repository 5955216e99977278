//! Draws a validation curve with characters, for a terminal.

use textplots::{Chart, LabelBuilder, LabelFormat, Plot, Shape};

/// Width of a curve in dots. A character is two dots wide and four dots high.
const WIDTH: u32 = 120;
/// Height of a curve in dots.
const HEIGHT: u32 = 40;

/// A drawing of `points` (epoch and value, at least two), joined by a line, in lines of characters. The horizontal axis
/// covers all `epochs`.
pub(super) fn draw(points: &[(f64, f64)], epochs: u64) -> String {
    let values = points.iter().map(|point| point.1).filter(|value| value.is_finite());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    if points.len() < 2 || low > high {
        return String::new();
    }
    // The drawing crate divides by the height of the range, which must not be 0.
    let room = if high > low { 0.0 } else { 1e-3 * high.abs().max(1e-3) };
    let (low, high) = ((low - room) as f32, (high + room) as f32);
    let points: Vec<(f32, f32)> = points.iter().map(|&(x, y)| (x as f32, y as f32)).collect();
    let line = Shape::Lines(&points);
    let mut chart = Chart::new_with_y_range(WIDTH, HEIGHT, 1.0, epochs.max(2) as f32, low, high);
    let chart = chart
        .lineplot(&line)
        .x_label_format(LabelFormat::Custom(Box::new(|epoch| format!("{epoch:.0}"))))
        .y_label_format(LabelFormat::Custom(Box::new(|value| format!("{value:.4}"))));
    chart.figures();
    chart.to_string().trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_shows_the_ends_of_both_axes_and_rises_where_the_values_rise() {
        let drawn = draw(&[(1.0, 0.25), (2.0, 0.5)], 4);
        let lines: Vec<_> = drawn.lines().collect();
        assert!(lines[0].ends_with(" 0.5000") && lines[lines.len() - 2].ends_with(" 0.2500"), "{drawn}");
        let ends: Vec<_> = lines.last().map(|line| line.split_whitespace().collect()).unwrap_or_default();
        assert_eq!(ends, ["1", "4"], "{drawn}");
        let first_dot = |line: &str| line.chars().position(|letter| !matches!(letter, '\u{2800}' | ' '));
        assert!(first_dot(lines[0]) > first_dot(lines[5]), "{drawn}");
    }

    #[test]
    fn equal_values_can_be_drawn_and_a_single_value_gives_no_drawing() {
        assert!(draw(&[(1.0, 0.0), (2.0, 0.0)], 2).contains("0.0000"));
        assert_eq!(draw(&[(1.0, 0.3)], 5), "");
    }
}
