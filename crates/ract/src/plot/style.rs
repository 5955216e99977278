//! Sizes, colours and the font of all figures.

use crate::{Error, Result};
use plotters::prelude::{DrawingAreaErrorKind, DrawingBackend};
use plotters::style::{FontStyle, IntoFont, RGBColor, TextStyle};

/// The result of drawing on a backend.
pub(super) type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// Width and height of a panel, including its key.
pub(super) const PANEL: (u32, u32) = (650, 400);
/// Height of a figure's title.
pub(super) const TITLE_HEIGHT: u32 = 40;
/// Width of the key to the right of a panel's axes.
pub(super) const KEY: u32 = 180;
/// The approximate width of a letter in the labels of an axis.
pub(super) const LETTER: u32 = 7;
const FONT: &str = "sans-serif";

/// Colours that colour-blind readers can distinguish (Okabe and Ito).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(0, 0, 0),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];

/// The colour of a series, by its position in the panel.
pub(super) fn colour(series: usize) -> RGBColor {
    COLOURS[series % COLOURS.len()]
}

/// The colour of a cell: white at 0, blue at 1, vermilion at -1.
pub(super) fn shade(share: f64) -> RGBColor {
    let RGBColor(red, green, blue) = if share < 0.0 { COLOURS[1] } else { COLOURS[0] };
    let mix = |full: u8| (255.0 - (255.0 - f64::from(full)) * share.abs().min(1.0)).round() as u8;
    RGBColor(mix(red), mix(green), mix(blue))
}

/// The style of text with a size of `size` pixels.
pub(super) fn text(size: u32, scale: u32) -> TextStyle<'static> {
    (FONT, size * scale).into_font().into()
}

/// The pixel position of a point in a drawing of this scale.
pub(super) fn at(x: u32, y: u32, scale: u32) -> (i32, i32) {
    ((x * scale) as i32, (y * scale) as i32)
}

/// A number with at most four significant digits.
pub(super) fn number(x: f64) -> String {
    rounded(x, 4)
}

/// A number with at most three significant digits, for cells.
pub(super) fn short_number(x: f64) -> String {
    rounded(x, 3)
}

/// How many decimals a number needs to show this many significant digits.
pub(crate) fn decimals(x: f64, digits: i32) -> usize {
    let magnitude = if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 };
    (digits - 1 - magnitude).clamp(0, 9) as usize
}

fn rounded(x: f64, digits: i32) -> String {
    let decimals = decimals(x, digits);
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Registers the built-in font. Text is measured with it, and a PNG is drawn with it.
pub(super) fn register_font() -> Result<()> {
    let font = epaint_default_fonts::UBUNTU_LIGHT;
    plotters::style::register_font(FONT, FontStyle::Normal, font)
        .map_err(|_| Error::Failed("the built-in font is damaged: build the program anew".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_most_four_significant_digits_or_three_in_short() {
        let texts = [0.01234, 0.5, -0.25, 12.0, 431.26, 20108.0, 0.0].map(number);
        assert_eq!(short_number(0.01234), "0.0123");
        assert_eq!(texts, ["0.01234", "0.5", "-0.25", "12", "431.3", "20108", "0"]);
    }
}
