//! What metrics may ask of an item: how rare it is, what it costs, which users have it.

use super::Metric;
use ndarray::{Array2, Axis};
use ndarray_rand::rand_distr::{Distribution, StandardNormal};
use ract_data::Interactions;
use ract_data::random::{Purpose, stream};
use rand::Rng;

/// The length of an item's vector.
const DIMENSIONS: usize = 64;
/// The seed of the prices and of the vectors: they belong to the data, not to a run.
const SEED: u64 = 1;

/// Facts of the items, from the training users.
#[derive(Clone, Debug, Default)]
pub struct ItemFacts {
    /// How many training users have each item, and at least 1.
    users: Vec<f64>,
    /// The number of training users.
    of_users: f64,
    /// A unit vector for each item, I x 64, if a metric needs it: its users, projected onto 64 random directions. The product of two of
    /// them is about the cosine of the items' users.
    vectors: Array2<f32>,
}

impl ItemFacts {
    /// The facts that the `metrics` need.
    pub fn of(train: &Interactions, metrics: &[Metric]) -> Self {
        let mut users = vec![0.0_f64; train.n_items()];
        for user in 0..train.n_users() {
            train.items(user).iter().for_each(|&item| users[item as usize] += 1.0);
        }
        users.iter_mut().for_each(|users| *users = users.max(1.0));
        let needs_vectors = metrics.iter().any(|metric| metric.needs_vectors());
        let vectors = if needs_vectors { vectors(train) } else { Array2::default((0, 0)) };
        Self { users, of_users: train.n_users() as f64, vectors }
    }

    /// The self-information of an item in bits: `log2(users / users of the item)`. 0 when nothing is known of the item.
    pub fn novelty(&self, item: u32) -> f64 {
        let users = self.users.get(item as usize);
        users.map_or(0.0, |users| (self.of_users.max(*users) / users).log2())
    }

    /// The inverse of the item's propensity to be seen, `users^-1/2` (Yang et al., RecSys 2018, with gamma = 0). 1 when nothing is known.
    pub fn inverse_propensity(&self, item: u32) -> f64 {
        self.users.get(item as usize).map_or(1.0, |users| users.sqrt().recip())
    }

    /// An invented price: log-normal with median 1 and sigma 1, drawn once for each item.
    pub fn price(&self, item: u32) -> f64 {
        let mut rng = stream(SEED, Purpose::Price, item.into(), 0);
        let normal: f64 = StandardNormal.sample(&mut rng);
        normal.exp()
    }

    /// The hidden probability that somebody who likes the item buys it, in the invented world of `sales@K`: uniform between 0.02 and 0.5,
    /// drawn once for each item, whatever its popularity.
    pub fn sale_probability(&self, item: u32) -> f64 {
        stream(SEED, Purpose::Sale, item.into(), 0).random_range(0.02..0.5)
    }

    /// About the cosine between the users of two items, from 0 to 1. 0 without vectors.
    pub fn similarity(&self, a: u32, b: u32) -> f64 {
        let row = |item: u32| ((item as usize) < self.vectors.nrows()).then(|| self.vectors.row(item as usize));
        row(a).zip(row(b)).map_or(0.0, |(a, b)| f64::from(a.dot(&b)).clamp(0.0, 1.0))
    }
}

fn vectors(train: &Interactions) -> Array2<f32> {
    let mut vectors = Array2::<f32>::zeros((train.n_items(), DIMENSIONS));
    for user in 0..train.n_users() {
        let signs: u64 = stream(SEED, Purpose::Direction, user as u64, 0).random();
        for &item in train.items(user) {
            let mut vector = vectors.row_mut(item as usize);
            vector.iter_mut().enumerate().for_each(|(bit, x)| *x += if signs >> bit & 1 == 1 { 1.0 } else { -1.0 });
        }
    }
    for mut vector in vectors.axis_iter_mut(Axis(0)) {
        let norm = vector.dot(&vector).sqrt();
        vector.mapv_inplace(|x| if norm > 0.0 { x / norm } else { 0.0 });
    }
    vectors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_items_are_novel_and_items_of_the_same_users_are_alike() {
        let rows: Vec<Vec<u32>> = (0..64).map(|user| if user % 2 == 0 { vec![0, 1] } else { vec![2] }).collect();
        let train = Interactions::from_rows(4, rows);
        let facts = ItemFacts::of(&train, &["diversity@2".parse().unwrap()]);
        assert_eq!((facts.novelty(0), facts.novelty(3)), (1.0, 6.0));
        assert!(facts.inverse_propensity(3) > facts.inverse_propensity(0));
        assert!((facts.similarity(0, 1) - 1.0).abs() < 1e-6, "the same users");
        assert!(facts.similarity(0, 2) < 0.5, "no common user");
    }

    #[test]
    fn prices_are_positive_differ_between_items_and_stay_the_same() {
        let facts = ItemFacts::default();
        let prices: Vec<f64> = (0..1000).map(|item| facts.price(item)).collect();
        assert!(prices.iter().all(|&price| price > 0.0) && prices[0] != prices[1]);
        assert_eq!(prices[7], ItemFacts::default().price(7));
        let mut sorted = prices;
        sorted.sort_by(f64::total_cmp);
        assert!((0.8..1.25).contains(&sorted[500]), "the median is {}", sorted[500]);
    }
}
