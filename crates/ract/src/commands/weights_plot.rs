//! The critic's weight of each user over the user's number of items, drawn.

use plotters::prelude::*;
use ract::inspect::UserWeight;
use ract::{Error, Result};

const SIZE: (u32, u32) = (760, 460);
/// Blue and vermilion, told apart by the colour-blind (Okabe and Ito).
const CRITIC: RGBColor = RGBColor(0, 114, 178);
const PER_ITEM: RGBColor = RGBColor(213, 94, 0);

/// An SVG: a point per user, and the weights in inverse proportion to the number of items that fit them best.
pub(super) fn draw(weights: &[UserWeight]) -> Result<String> {
    let mut svg = String::new();
    drawn(weights, &mut svg).map_err(|error| Error::Failed(format!("cannot draw the weights: {error}")))?;
    Ok(svg)
}

fn drawn(weights: &[UserWeight], svg: &mut String) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let points: Vec<(f32, f32)> = weights.iter().map(|user| (user.seen + user.unseen, user.weight)).collect();
    let most = |of: fn(&(f32, f32)) -> f32| points.iter().map(of).fold(f32::MIN_POSITIVE, f32::max);
    let (most_items, largest) = (most(|point| point.0), most(|point| point.1));
    let least = points.iter().map(|point| point.1).fold(0.0, f32::min);
    let least_items = points.iter().map(|point| point.0).fold(most_items, f32::min).max(1.0);
    // Least squares of weight = c / n.
    let sums = points.iter().fold((0.0, 0.0), |(wy, yy), (n, w)| (wy + w / n, yy + 1.0 / (n * n)));
    let per_item = sums.0 / sums.1.max(f32::MIN_POSITIVE);

    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(84)
        .build_cartesian_2d((least_items / 1.1..most_items * 1.1).log_scale(), least..largest * 1.05)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("items of the user")
        .y_desc("weight of the user's loss")
        .label_style(("sans-serif", 14))
        .draw()?;
    chart
        .draw_series(points.iter().map(|&point| Circle::new(point, 2.5, CRITIC.filled())))?
        .label("the critic's, a user each")
        .legend(|(x, y)| Circle::new((x + 10, y), 4, CRITIC.filled()));
    let ratio = most_items / least_items;
    let steps =
        (0..=200).map(|i| least_items * ratio.powf(i as f32 / 200.0)).filter(|n| per_item / n <= largest * 1.05);
    chart
        .draw_series(LineSeries::new(steps.map(|n| (n, per_item / n)), PER_ITEM.stroke_width(2)))?
        .label(format!("{per_item:.4} / items"))
        .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], PER_ITEM.stroke_width(2)));
    chart
        .configure_series_labels()
        .border_style(BLACK)
        .background_style(WHITE)
        .label_font(("sans-serif", 14))
        .draw()?;
    area.present()?;
    Ok(())
}
