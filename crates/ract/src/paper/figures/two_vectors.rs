//! Figure 1: a smaller loss does not mean a better ranking.

use super::{FigureEntry, FigureInput, Needs};
use crate::Result;
use crate::metrics::{Candidates, ItemFacts, Metric, score_users};
use crate::plot::{Axis, Content, Figure, Mark, Panel, Series};
use ndarray::{Array2, array};
use ract_data::Interactions;

pub(super) const ENTRY: FigureEntry =
    FigureEntry { number: 1, title: "A smaller loss is not a better ranking", needs: Needs::Results, draw };

const ITEMS: [&str; 4] = ["A (wanted)", "B (wanted)", "C", "D"];

fn draw(input: &FigureInput<'_>) -> Result<Figure> {
    let probabilities: Array2<f32> = array![[0.8, 0.1, 0.05, 0.05], [0.3, 0.3, 0.35, 0.05]];
    let wanted = Interactions::from_rows(ITEMS.len(), [[0, 1], [0, 1]]);
    let nothing = Interactions::from_rows(ITEMS.len(), [[0_u32; 0]; 2]);
    let all = Candidates::AllBut(&nothing);
    let ndcg =
        score_users(|row| probabilities.row(row), all, &wanted, &[Metric::ndcg(ITEMS.len())], &ItemFacts::default());
    let series = probabilities.rows().into_iter().enumerate().map(|(row, of_items)| {
        let nll: f32 = wanted.items(row).iter().map(|&item| -of_items[item as usize].ln()).sum();
        let label = format!("{}: NLL {nll:.2}, NDCG {:.2}", ["first", "second"][row], ndcg[(row, 0)]);
        Series::new(label, Mark::Bars, of_items.iter().enumerate().map(|(item, &p)| (item as f64, f64::from(p))))
    });
    Ok(Figure {
        title: input.title.clone(),
        panels: vec![Panel {
            title: "two predictions for a user who has the items A and B".to_owned(),
            x: Axis::named("item", ITEMS),
            y: Axis::of("predicted probability"),
            content: Content::Series(series.collect()),
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Results;

    #[test]
    fn the_prediction_with_the_smaller_loss_ranks_worse() {
        let figure = draw(&FigureInput { results: &Results::default(), shown: &[], title: String::new() }).unwrap();
        let Content::Series(series) = &figure.panels[0].content else { panic!("no series") };
        assert_eq!(series[0].label, "first: NLL 2.53, NDCG 1.00");
        assert_eq!(series[1].label, "second: NLL 2.41, NDCG 0.69");
    }
}
