//! Item-based nearest neighbours (Sarwar et al., WWW 2001), with the similarities and weightings by which Ferrari Dacrema et
//! al. (RecSys 2019) tune them.

use super::co_counts::co_sums;
use super::{BaselineError, Fitted, Parameter, Parameters, SparseWeights};
use ract_data::Interactions;
use rayon::prelude::*;

/// K1 and B of BM25, the defaults of Ferrari Dacrema et al.'s code.
const BM25: (f64, f64) = (1.2, 0.75);

/// The values of `shrink` go from 0 to 1000, the range of Ferrari Dacrema et al.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::number("neighbours", &[20.0, 50.0, 100.0, 200.0, 400.0]),
    Parameter::number("shrink", &[0.0, 10.0, 100.0, 1000.0]),
    Parameter::choice("weighting", &[0.0, 1.0, 2.0, 3.0], &["cosine", "Jaccard", "TF-IDF", "BM25", "user share"]),
];

/// The number of each is its value in configurations.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Weighting {
    /// The cosine of binary columns.
    Cosine,
    /// The number of users who have both items, over the number of users who have one of them.
    Jaccard,
    /// The cosine of columns in which a user with n of I items counts `ln(I / (1 + n))`.
    TfIdf,
    /// As TF-IDF, with columns that are scaled down for popular items. The scale matters only beside `shrink`.
    Bm25,
    /// The cosine of columns in which a user with n items counts `1 / n`: on a walk from an item to a user of it and on to an
    /// item of that user, each of the user's items is equally likely.
    UserShare,
}

impl Weighting {
    fn of(parameters: &Parameters) -> Result<Self, BaselineError> {
        const EXPECTED: &str = "it must be 0 (cosine), 1 (Jaccard), 2 (TF-IDF), 3 (BM25) or 4 (user share)";
        let weighting = parameters.whole("weighting", 0, EXPECTED)?;
        [Self::Cosine, Self::Jaccard, Self::TfIdf, Self::Bm25, Self::UserShare]
            .get(weighting)
            .copied()
            .ok_or(BaselineError::Parameter { parameter: "weighting", value: weighting as f64, expected: EXPECTED })
    }
}

pub(super) fn fit(train: &Interactions, parameters: &Parameters) -> Fitted {
    let neighbours = parameters.whole("neighbours", 1, "it must be a number of items, at least 1")?;
    let shrink = parameters.at_least("shrink", 0.0, "it must be 0 or more")?;
    let similarity = Similarity::new(train, Weighting::of(parameters)?, shrink);
    Ok(Box::new(neighbours_of_all(train, neighbours, &similarity)))
}

/// The weights from each item's neighbours, `neighbours` of them, where a user with n items counts `1 / n`.
pub(crate) fn by_user_share(train: &Interactions, neighbours: usize) -> SparseWeights {
    neighbours_of_all(train, neighbours, &Similarity::new(train, Weighting::UserShare, 0.0))
}

/// The similarity of two items i and j. With `s_ij` the sum of the weights of the users who have both, it is
/// `f_i f_j s_ij / (f_i f_j sqrt(s_ii s_jj) + shrink)`, or for Jaccard `s_ij / (s_ii + s_jj - s_ij + shrink)`.
struct Similarity {
    weighting: Weighting,
    shrink: f64,
    /// The weight of each user: the square of the user's entries.
    users: Vec<f64>,
    /// For each item, the sum `s_ii` of its users' weights.
    items: Vec<f64>,
    /// For each item, the factor `f_i` of its entries; 1 but for BM25.
    factors: Vec<f64>,
}

impl Similarity {
    fn new(train: &Interactions, weighting: Weighting, shrink: f64) -> Self {
        let n_items = train.n_items() as f64;
        let weight = |user| match weighting {
            Weighting::Cosine | Weighting::Jaccard => 1.0,
            Weighting::UserShare => 1.0 / train.items(user).len().max(1) as f64,
            Weighting::TfIdf | Weighting::Bm25 => (n_items / (1.0 + train.items(user).len() as f64)).ln().powi(2),
        };
        let users: Vec<_> = (0..train.n_users()).map(weight).collect();
        let mut items = vec![0.0; train.n_items()];
        for (user, weight) in users.iter().enumerate() {
            train.items(user).iter().for_each(|&item| items[item as usize] += weight);
        }
        let ((k1, b), mean) = (BM25, train.len() as f64 / n_items);
        let factor = |popularity: u32| match weighting {
            Weighting::Bm25 => (k1 + 1.0) / (k1 * (1.0 - b + b * f64::from(popularity) / mean) + 1.0),
            _ => 1.0,
        };
        let factors = train.item_counts().into_iter().map(factor).collect();
        Self { weighting, shrink, users, items, factors }
    }

    /// The similarity of the items `i` and `j`, whose common users have weights with the sum `both`.
    fn of(&self, i: usize, j: usize, both: f64) -> f64 {
        let (of_i, of_j) = (self.items[i], self.items[j]);
        if self.weighting == Weighting::Jaccard {
            return both / (of_i + of_j - both + self.shrink);
        }
        let factor = self.factors[i] * self.factors[j];
        factor * both / (factor * (of_i.sqrt() * of_j.sqrt()) + self.shrink)
    }
}

/// The `k` most similar other items of each item. Of equally similar items, the one with the smaller number comes first.
fn neighbours_of_all(train: &Interactions, k: usize, similarity: &Similarity) -> SparseWeights {
    let users = train.transposed();
    let of_item = |sums: &mut Vec<f64>, item: usize| {
        let others = co_sums(train, &users, item, |user| similarity.users[user], sums).into_iter();
        let similar = |(other, both)| (other, similarity.of(item, other as usize, both) as f32);
        let mut others: Vec<_> = others.map(similar).collect();
        others.sort_by(|a, b| b.1.total_cmp(&a.1));
        others.truncate(k);
        others.shrink_to_fit(); // with room for all, the neighbours of many items take gigabytes
        others
    };
    let all: Vec<_> = (0..train.n_items()).into_par_iter().map_init(Vec::new, of_item).collect();
    SparseWeights::from_recommended_by(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items 0 to 3 have 4, 2, 2 and 1 users. Item 0 occurs with item 1 and item 2 twice, with item 3 once.
    fn train() -> Interactions {
        Interactions::from_rows(4, [vec![0, 1], vec![0, 1, 2], vec![0, 2], vec![0, 3]])
    }

    fn assert_similar(weighting: Weighting, shrink: f64, item: usize, expected: &[(u32, f64)]) {
        let train = train();
        let found = neighbours_of_all(&train, 3, &Similarity::new(&train, weighting, shrink));
        let found = found.of(item);
        let others = |similar: &[(u32, f64)]| similar.iter().map(|&(other, _)| other).collect::<Vec<_>>();
        let found: Vec<_> = found.iter().map(|&(other, similar)| (other, f64::from(similar))).collect();
        assert_eq!(others(&found), others(expected), "{weighting:?}");
        for ((other, found), (_, expected)) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{weighting:?}, {item} and {other}: {found}, not {expected}");
        }
    }

    #[test]
    fn the_most_similar_items_are_kept_and_none_recommends_itself() {
        let train = train();
        let weights = neighbours_of_all(&train, 2, &Similarity::new(&train, Weighting::Cosine, 1.0));
        let similar = |both: f64, n: f64, m: f64| (both / ((n * m).sqrt() + 1.0)) as f32;
        assert_eq!(
            weights.of(0),
            [(1, similar(2.0, 4.0, 2.0)), (2, similar(2.0, 4.0, 2.0)), (3, similar(1.0, 4.0, 1.0))]
        );
        assert!((0..4).all(|item| weights.of(item).iter().all(|&(other, _)| other as usize != item)));
    }

    #[test]
    fn a_users_items_share_the_users_weight() {
        // Items 0 and 1: users with 2 and 3 items. Item 0: 2, 3, 2 and 2 items. Item 1: 2 and 3.
        let (both, of_0, of_1) = (1.0 / 2.0 + 1.0 / 3.0, 3.0 / 2.0 + 1.0 / 3.0, 1.0 / 2.0 + 1.0 / 3.0);
        let similar = both / f64::sqrt(of_0 * of_1);
        assert_similar(Weighting::UserShare, 0.0, 1, &[(0, similar), (2, 1.0 / 3.0 / f64::sqrt(of_1 * of_1))]);
    }

    #[test]
    fn jaccard_divides_by_the_users_of_either_item() {
        assert_similar(Weighting::Jaccard, 0.0, 0, &[(1, 0.5), (2, 0.5), (3, 0.25)]);
        assert_similar(Weighting::Jaccard, 1.0, 1, &[(0, 0.4), (2, 0.25)]);
    }

    #[test]
    fn with_tf_idf_users_of_many_items_count_less() {
        // The user with 3 of the 4 items has the weight ln(4 / 4) = 0, the others ln(4 / 3)^2.
        let weight = (4.0_f64 / 3.0).ln().powi(2);
        let similar = |shrink: f64| weight / (weight * 3.0_f64.sqrt() + shrink);
        assert_similar(Weighting::TfIdf, 0.0, 0, &[(1, similar(0.0)), (2, similar(0.0)), (3, similar(0.0))]);
        assert_similar(Weighting::TfIdf, 2.0, 1, &[(0, similar(2.0))]);
    }

    #[test]
    fn with_bm25_the_shrinkage_is_stronger_for_popular_items() {
        // An item has 9 / 4 users in the mean.
        let factor = |popularity: f64| 2.2 / (1.2 * (0.25 + 0.75 * popularity / 2.25) + 1.0);
        let weight = (4.0_f64 / 3.0).ln().powi(2);
        let similar = |popularity, shrink: f64| {
            let both = factor(4.0) * factor(popularity) * weight;
            both / (both * 3.0_f64.sqrt() + shrink)
        };
        let expected = |shrink| [(1, similar(2.0, shrink)), (2, similar(2.0, shrink)), (3, similar(1.0, shrink))];
        assert_similar(Weighting::Bm25, 2.0, 0, &expected(2.0));
        assert_similar(Weighting::TfIdf, 0.0, 0, &expected(0.0));
    }

    #[test]
    fn a_weighting_is_known_by_the_place_of_its_name() {
        let of = |weighting| Weighting::of(&Parameters([("weighting", weighting)].into()));
        for (value, name) in (0..).zip(["cosine", "Jaccard", "TF-IDF", "BM25", "user share"]) {
            let weighting = of(f64::from(value)).unwrap();
            assert_eq!(format!("{weighting:?}").to_lowercase(), name.to_lowercase().replace(['-', ' '], ""));
            assert_eq!(PARAMETERS[2].shown(value.into()), name);
        }
        let error = of(5.0).unwrap_err().to_string();
        assert!(error.starts_with("weighting is 5: it must be 0 (cosine), 1 (Jaccard)"), "{error}");
    }
}
