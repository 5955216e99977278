//! Item-based nearest neighbours (Sarwar et al., WWW 2001).

use super::co_counts::co_counts;
use super::{Fitted, Parameter, Parameters, SparseWeights};
use ract_data::Interactions;
use rayon::prelude::*;

pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "neighbours", grid: &[20.0, 50.0, 100.0, 200.0, 400.0] },
    Parameter { name: "shrink", grid: &[0.0, 10.0, 50.0] },
];

pub(super) fn fit(train: &Interactions, parameters: &Parameters) -> Fitted {
    let neighbours = parameters.whole("neighbours", 1, "it must be a number of items, at least 1")?;
    let shrink = parameters.at_least("shrink", 0.0, "it must be 0 or more")?;
    Ok(Box::new(neighbours_of_all(train, neighbours, shrink)))
}

/// The `k` most similar other items of each item. The similarity is `c / (sqrt(n_i n_j) + shrink)`, where c users have
/// both items, and `n_i` and `n_j` users have each. Of equally similar items, the one with the smaller number comes
/// first.
fn neighbours_of_all(train: &Interactions, k: usize, shrink: f64) -> SparseWeights {
    let users = train.transposed();
    let popularity = train.item_counts();
    let norm = |item: usize| f64::from(popularity[item]).sqrt();
    let of_item = |counts: &mut Vec<u32>, item: usize| {
        let similarity = |other, both| f64::from(both) / (norm(item) * norm(other) + shrink);
        let others = co_counts(train, &users, item, counts).into_iter();
        let mut others: Vec<_> = others.map(|(other, both)| (other, similarity(other as usize, both) as f32)).collect();
        others.sort_by(|a, b| b.1.total_cmp(&a.1));
        others.truncate(k);
        others
    };
    let all: Vec<_> = (0..train.n_items()).into_par_iter().map_init(Vec::new, of_item).collect();
    SparseWeights::from_recommended_by(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_items_are_kept_and_none_recommends_itself() {
        let train = Interactions::from_rows(4, [vec![0, 1], vec![0, 1, 2], vec![0, 2], vec![0, 3]]);
        // Item 0 occurs with item 1 and item 2 twice, with item 3 once; the norms are 2, sqrt 2, sqrt 2, 1.
        let weights = neighbours_of_all(&train, 2, 1.0);
        let similar = |both: f64, n: f64, m: f64| (both / ((n * m).sqrt() + 1.0)) as f32;
        assert_eq!(
            weights.of(0),
            [(1, similar(2.0, 4.0, 2.0)), (2, similar(2.0, 4.0, 2.0)), (3, similar(1.0, 4.0, 1.0))]
        );
        assert!((0..4).all(|item| weights.of(item).iter().all(|&(other, _)| other as usize != item)));
    }
}
