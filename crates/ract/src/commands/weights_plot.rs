//! The critic's weight of each user over the user's number of items, drawn.

use ract::inspect::UserWeight;
use ract::plot::{Axis, Content, Figure, Mark, Panel, Series};

/// Points of the fitted curve.
const STEPS: u32 = 200;

/// A point per user, and the weights in inverse proportion to the number of items that fit them best.
pub(super) fn figure(weights: &[UserWeight]) -> Figure {
    let points: Vec<(f64, f64)> =
        weights.iter().map(|user| (f64::from(user.seen + user.unseen), f64::from(user.weight))).collect();
    let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::MIN_POSITIVE, f64::max);
    let (most_items, largest) = (most(|point| point.0), most(|point| point.1));
    let least_items = points.iter().map(|point| point.0).fold(most_items, f64::min).max(1.0);
    // Least squares of weight = c / n.
    let sums = points.iter().fold((0.0, 0.0), |(wy, yy), (n, w)| (wy + w / n, yy + 1.0 / (n * n)));
    let per_item = sums.0 / sums.1.max(f64::MIN_POSITIVE);
    let ratio = most_items / least_items;
    let steps = (0..=STEPS).map(|step| least_items * ratio.powf(f64::from(step) / f64::from(STEPS)));
    let fitted = steps.map(|n| (n, per_item / n)).filter(|(_, weight)| *weight <= largest * 1.05);
    Figure {
        title: "What the critic makes of each user".to_owned(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("items of the user"),
            y: Axis::of("weight of the user's loss"),
            content: Content::Series(vec![
                Series::new("the critic's", Mark::Points, points.clone()),
                Series::new(format!("{per_item:.4} / items:"), Mark::Line, fitted),
            ]),
        }],
    }
}
