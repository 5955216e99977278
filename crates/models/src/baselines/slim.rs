//! SLIM (Ning and Karypis, ICDM 2011).

use super::co_counts::co_counts;
use super::{BaselineError, Fitted, Parameter, Parameters, SparseWeights, memory};
use ract_data::Interactions;
use rayon::prelude::*;

/// How far the slope of the loss may be from its optimality (KKT) condition. The unit is users, because co-counts are
/// numbers of users.
const TOLERANCE: f64 = 0.1;
/// A sweep is the last one when no change of a weight moves the weight's own slope by this much. It is less than the
/// tolerance, because later changes in the same sweep move that slope again.
const LAST_STEP: f64 = TOLERANCE / 4.0;
/// The largest number of sweeps over the weights of one item.
const SWEEPS: usize = 1000;
/// How many items may join the active items at a time; later, as many may join as are active already.
const FIRST: usize = 32;

pub(super) const PARAMETERS: &[Parameter] =
    &[Parameter::number("l1", &[0.0, 0.02, 0.1, 0.5, 2.0, 8.0]), Parameter::number("l2", &[50.0, 200.0, 800.0])];

pub(super) fn fit(train: &Interactions, parameters: &Parameters) -> Fitted {
    let l1 = parameters.at_least("l1", 0.0, "it must be 0 or more")?;
    let l2 = parameters.at_least("l2", f64::MIN_POSITIVE, "it must be a positive number")?;
    let gram = Gram::of(train)?;
    let weights: Vec<_> =
        (0..train.n_items()).into_par_iter().map(|item| Weights::of(&gram, item, l1, l2).found()).collect();
    Ok(Box::new(SparseWeights::from_recommended_by(&weights)))
}

/// The Gram matrix `X^T X`, stored without its zeros.
struct Gram {
    /// The diagonal: the number of users of each item.
    users: Vec<f64>,
    /// For each item: the other items of its users, ascending, and how many of its users have each of them.
    others: Vec<Vec<(u32, u32)>>,
}

impl Gram {
    fn of(train: &Interactions) -> Result<Self, BaselineError> {
        let users = train.transposed();
        let row = |item| {
            let together: usize = users.items(item).iter().map(|&user| train.items(user as usize).len()).sum();
            together.min(train.n_items())
        };
        let pairs: usize = (0..train.n_items()).map(row).sum();
        memory::check((pairs * size_of::<(u32, u32)>()) as f64, memory::available(), || {
            "SLIM keeps how often any two items occur together: leave out rare items when preparing the data".to_owned()
        })?;
        let others = (0..train.n_items()).into_par_iter();
        let others = others.map_init(Vec::new, |counts, item| co_counts(train, &users, item, counts));
        Ok(Self { users: train.item_counts().into_iter().map(f64::from).collect(), others: others.collect() })
    }
}

/// The weights w >= 0 of the other items for one item. They minimise `|x_item - X w|^2 / 2 + l2 |w|^2 / 2 + l1 |w|_1`
/// with `w_item = 0`.
///
/// The loss depends on X only through its Gram matrix G (the covariance updates of Friedman, Hastie and Tibshirani,
/// 2010). With the correlations `c = G_item - G w`, the optimal value of one weight is
/// `max(0, (c_i + G_ii w_i - l1) / (G_ii + l2))`. Most weights are zero, so only the weights of *active* items are
/// swept. The items with the largest correlations join the active items, until no other item has a correlation above
/// l1. An item that no user has together with `item` never joins: its correlation is never positive.
#[derive(Default)]
struct Weights {
    active: Vec<u32>,
    weights: Vec<f64>,
    /// The correlations c of the active items. They are computed from scratch whenever items join, so f32 is precise
    /// enough.
    correlations: Vec<f32>,
    /// The part of G for the active items.
    gram: Vec<Vec<f32>>,
}

impl Weights {
    fn of(gram: &Gram, item: usize, l1: f64, l2: f64) -> Self {
        let mut found = Self::default();
        let mut row = vec![0.0; gram.users.len()];
        loop {
            let correlations = found.all_correlations(gram, item);
            let of = |other: u32| correlations[other as usize];
            found.active.iter().for_each(|&other| row[other as usize] = 1.0);
            let others = gram.others[item].iter().map(|&(other, _)| other);
            let mut joining: Vec<u32> =
                others.filter(|&other| of(other) > l1 + TOLERANCE && row[other as usize] == 0.0).collect();
            found.active.iter().for_each(|&other| row[other as usize] = 0.0);
            if joining.is_empty() {
                return found;
            }
            joining.sort_by(|&a, &b| of(b).total_cmp(&of(a)));
            joining.truncate(found.active.len().max(FIRST));
            joining.into_iter().for_each(|other| found.join(gram, other, &mut row));
            found.correlations = found.active.iter().map(|&other| of(other) as f32).collect();
            found.sweep(l1, l2);
        }
    }

    /// The correlations c of all items.
    fn all_correlations(&self, gram: &Gram, item: usize) -> Vec<f64> {
        let mut correlations = vec![0.0; gram.users.len()];
        for &(other, both) in &gram.others[item] {
            correlations[other as usize] = f64::from(both);
        }
        for (&active, &weight) in self.active.iter().zip(&self.weights).filter(|&(_, &weight)| weight > 0.0) {
            for &(other, both) in &gram.others[active as usize] {
                correlations[other as usize] -= weight * f64::from(both);
            }
            correlations[active as usize] -= weight * gram.users[active as usize];
        }
        correlations
    }

    /// Adds `item` to the active items. `row` is working memory for a row of G: it holds zeros before and after the
    /// call.
    fn join(&mut self, gram: &Gram, item: u32, row: &mut [f32]) {
        let others = &gram.others[item as usize];
        others.iter().for_each(|&(other, both)| row[other as usize] = both as f32);
        row[item as usize] = gram.users[item as usize] as f32;
        self.active.push(item);
        let with: Vec<f32> = self.active.iter().map(|&other| row[other as usize]).collect();
        self.gram.iter_mut().zip(&with).for_each(|(before, &both)| before.push(both));
        self.gram.push(with);
        self.weights.push(0.0);
        others.iter().for_each(|&(other, _)| row[other as usize] = 0.0);
        row[item as usize] = 0.0;
    }

    /// Optimises one active weight after the other, until no weight changes its slope by [`LAST_STEP`] or more.
    fn sweep(&mut self, l1: f64, l2: f64) {
        for _ in 0..SWEEPS {
            let mut steepest = 0.0_f64;
            for i in 0..self.active.len() {
                let (users, correlation) = (f64::from(self.gram[i][i]), f64::from(self.correlations[i]));
                let best = ((correlation + users * self.weights[i] - l1) / (users + l2)).max(0.0);
                let change = best - self.weights[i];
                if change != 0.0 {
                    self.weights[i] = best;
                    let less = change as f32;
                    self.correlations.iter_mut().zip(&self.gram[i]).for_each(|(c, both)| *c -= less * both);
                    steepest = steepest.max(change.abs() * (users + l2));
                }
            }
            if steepest < LAST_STEP {
                break;
            }
        }
    }

    /// The items whose weights are not zero, and these weights.
    fn found(&self) -> Vec<(u32, f32)> {
        let weights = self.active.iter().zip(&self.weights).filter(|&(_, &weight)| weight > 0.0);
        weights.map(|(&item, &weight)| (item, weight as f32)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::SmallRng;
    use rand::{Rng, SeedableRng};

    #[test]
    fn the_weights_satisfy_the_kkt_conditions() {
        const USERS: usize = 300;
        const ITEMS: u32 = 90;
        let rng = &mut SmallRng::seed_from_u64(3);
        let rows: Vec<Vec<u32>> =
            (0..USERS).map(|_| (0..ITEMS).filter(|_| rng.random::<f64>() < 0.3).collect()).collect();
        let gram = Gram::of(&Interactions::from_rows(ITEMS as usize, &rows)).unwrap();
        let has = |user: usize, item: u32| f64::from(u8::from(rows[user].binary_search(&item).is_ok()));
        let (l1, l2) = (1.5, 3.0);
        let mut most = 0;
        for item in 0..ITEMS {
            let found = Weights::of(&gram, item as usize, l1, l2).found();
            most = most.max(found.len());
            assert!(found.iter().all(|&(other, weight)| other != item && weight > 0.0));
            let predicted = |user: usize| found.iter().map(|&(other, w)| f64::from(w) * has(user, other)).sum::<f64>();
            let residual: Vec<f64> = (0..USERS).map(|user| has(user, item) - predicted(user)).collect();
            for other in (0..ITEMS).filter(|&other| other != item) {
                let weight = found.iter().find(|(o, _)| *o == other).map_or(0.0, |&(_, w)| f64::from(w));
                let correlation: f64 = (0..USERS).map(|user| has(user, other) * residual[user]).sum();
                let slope = l1 + l2 * weight - correlation;
                let holds = if weight > 0.0 { slope.abs() < TOLERANCE } else { slope > -2.0 * TOLERANCE };
                assert!(holds, "item {item}, weight {weight} of {other}: slope {slope}");
            }
        }
        assert!(most > FIRST, "{most} weights: items that join later are not under test");
    }
}
