//! Figure 7: the critic's prediction as a surface over its features, and the weight of each user that follows from its
//! slope.

use super::{FigureEntry, FigureInput, Needs};
use crate::config::Phase;
use crate::experiment::inspect::{UserWeight, critic_at, inspect};
use crate::plot::{Axis, Cells, Content, Figure, Mark, Panel, Series};
use crate::{Error, Result, experiment};

pub(super) const ENTRY: FigureEntry = FigureEntry {
    number: 7,
    title: "The critic's surface, and the weight of each user's loss that its slope implies",
    needs: Needs::Networks,
    draw,
};

/// Number of cells along each axis of the surface.
const CELLS: usize = 24;
/// Number of intervals of the fitted curve.
const STEPS: u32 = 200;

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let run = input.runs()?[0].1[0];
    let (config, data, path) = experiment::open(run.path.folder())?;
    let users = inspect(&config, &data, &path, Phase::ActorCritic, 0)?.weights;
    let items: Vec<f64> = sorted(users.iter().map(|user| f64::from(user.seen + user.unseen)));
    let per_item = sorted(users.iter().map(|user| f64::from(user.loss / (user.seen + user.unseen).max(1.0))));
    if users.is_empty() {
        return Err(Error::Failed(format!("the critic of {} has no slope in the loss", run.path.folder().display())));
    }
    let (rows, columns) = (between(&items, f64::ln, f64::exp), between(&per_item, |x| x, |x| x));
    let features: Vec<[f32; 3]> = rows
        .iter()
        .flat_map(|&n| columns.iter().map(move |&loss| [n / 2.0, n / 2.0, n * loss].map(|x| x as f32)))
        .collect();
    let predicted = critic_at(&config, &data, &path, &features)?;
    let cells = predicted.chunks(CELLS).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect();
    let every = |names: &[f64], digits: usize| -> Vec<String> {
        let name = |(place, x): (usize, &f64)| if place % 5 == 2 { format!("{x:.digits$}") } else { String::new() };
        names.iter().enumerate().map(name).collect()
    };
    let surface = Panel {
        title: format!("predicted NDCG@100, seed {} (half of the items seen)", run.result.seed),
        x: Axis::named("NLL per item", every(&columns, 2)),
        y: Axis::named("items of the user", every(&rows, 0)),
        content: Content::Cells(Cells { rows: cells, numbers: false }),
    };
    let middle = columns.len() / 2;
    let slope = |row: usize| {
        let predicted = &predicted[row * CELLS..(row + 1) * CELLS];
        let points = columns.iter().zip(predicted).map(|(&loss, &x)| (loss, f64::from(x - predicted[middle])));
        Series::new(format!("{:.0} items", rows[row]), Mark::Curve, points)
    };
    let slopes = Panel {
        title: "the same for users of some numbers of items, less its middle".to_owned(),
        x: Axis::of("NLL per item"),
        y: Axis::of("difference of predicted NDCG@100"),
        content: Content::Series((2..CELLS).step_by(5).map(slope).collect()),
    };
    Ok(Figure { title: input.title.clone(), panels: vec![surface, slopes, weights(&users)] })
}

/// A panel with one point per user, and the curve `c / items` that fits the weights best.
pub fn weights(weights: &[UserWeight]) -> Panel {
    let points: Vec<(f64, f64)> =
        weights.iter().map(|user| (f64::from(user.seen + user.unseen), f64::from(user.weight))).collect();
    let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::MIN_POSITIVE, f64::max);
    let (most_items, largest) = (most(|point| point.0), most(|point| point.1));
    let least_items = points.iter().map(|point| point.0).fold(most_items, f64::min).max(1.0);
    // Least squares for weight = c / n.
    let sums = points.iter().fold((0.0, 0.0), |(wy, yy), (n, w)| (wy + w / n, yy + 1.0 / (n * n)));
    let per_item = sums.0 / sums.1.max(f64::MIN_POSITIVE);
    let ratio = most_items / least_items;
    let steps = (0..=STEPS).map(|step| least_items * ratio.powf(f64::from(step) / f64::from(STEPS)));
    let fitted = steps.map(|n| (n, per_item / n)).filter(|(_, weight)| *weight <= largest * 1.05);
    Panel {
        title: "what the critic makes of each user".to_owned(),
        x: Axis::log("items of the user"),
        y: Axis::of("weight of the user's loss"),
        content: Content::Series(vec![
            Series::new("the critic's", Mark::Points, points.clone()),
            Series::new(format!("{per_item:.4} / items"), Mark::Curve, fitted),
        ]),
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// [`CELLS`] values from the 2nd to the 98th percentile. They have equal distances after the transformation `to`;
/// `back` is its inverse.
fn between(sorted: &[f64], to: fn(f64) -> f64, back: fn(f64) -> f64) -> Vec<f64> {
    let at = |share: f64| to(sorted[((sorted.len() - 1) as f64 * share).round() as usize]);
    let (low, high) = (at(0.02), at(0.98));
    (0..CELLS).map(|place| back(low + (high - low) * place as f64 / (CELLS - 1) as f64)).collect()
}
