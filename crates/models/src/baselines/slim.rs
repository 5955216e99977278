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
    let of_item = |places: &mut Vec<u32>, item| Weights::of(&gram, item, l1, l2, places).found();
    let weights: Vec<_> = (0..train.n_items()).into_par_iter().map_init(Vec::new, of_item).collect();
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
/// `max(0, (c_i + G_ii w_i - l1) / (G_ii + l2))`. G and w are not negative, so `c <= G_item`: only items with
/// `G_item > l1` can have a weight, the *candidates*. Most of their weights are zero too, so only those of *active* items
/// are swept. The candidates with the largest correlations join the active items, until no other has a correlation above
/// l1.
#[derive(Default)]
struct Weights {
    /// Ascending.
    candidates: Vec<u32>,
    /// The candidates' part of `G_item`.
    both: Vec<f32>,
    /// Positions of the active items among the candidates.
    active: Vec<usize>,
    weights: Vec<f64>,
    /// The correlations c of the active items. They are computed from scratch whenever items join, so f32 is precise
    /// enough.
    correlations: Vec<f32>,
    /// For each active item, the part of G for the candidates.
    rows: Vec<Vec<f32>>,
    /// The part of G for the active items.
    gram: Vec<Vec<f32>>,
}

impl Weights {
    /// `places` is working memory, a number for each item: it holds zeros before and after the call.
    fn of(gram: &Gram, item: usize, l1: f64, l2: f64, places: &mut Vec<u32>) -> Self {
        places.resize(gram.users.len(), 0);
        let may_join = |&&(_, both): &&(u32, u32)| f64::from(both) > l1 + TOLERANCE;
        let (candidates, both): (Vec<_>, Vec<_>) =
            gram.others[item].iter().filter(may_join).map(|&(other, both)| (other, both as f32)).unzip();
        (1..).zip(&candidates).for_each(|(place, &other)| places[other as usize] = place);
        let mut found = Self { candidates, both, ..Self::default() };
        loop {
            let correlations = found.of_candidates();
            let of = |place: usize| correlations[place];
            let mut is_active = vec![false; correlations.len()];
            found.active.iter().for_each(|&place| is_active[place] = true);
            let mut joining: Vec<usize> =
                (0..correlations.len()).filter(|&place| of(place) > l1 + TOLERANCE && !is_active[place]).collect();
            if joining.is_empty() {
                break;
            }
            joining.sort_by(|&a, &b| of(b).total_cmp(&of(a)));
            joining.truncate(found.active.len().max(FIRST));
            joining.into_iter().for_each(|place| found.join(gram, place, places));
            found.correlations = found.active.iter().map(|&place| of(place) as f32).collect();
            found.sweep(l1, l2);
        }
        found.candidates.iter().for_each(|&other| places[other as usize] = 0);
        found
    }

    /// The correlations c of the candidates.
    fn of_candidates(&self) -> Vec<f64> {
        let mut correlations: Vec<f64> = self.both.iter().map(|&both| both.into()).collect();
        for (row, &weight) in self.rows.iter().zip(&self.weights).filter(|&(_, &weight)| weight > 0.0) {
            correlations.iter_mut().zip(row).for_each(|(c, &both)| *c -= weight * f64::from(both));
        }
        correlations
    }

    /// Adds the candidate at `place` to the active items. `places` has the place of each candidate, from 1.
    fn join(&mut self, gram: &Gram, place: usize, places: &[u32]) {
        let item = self.candidates[place] as usize;
        let mut row = vec![0.0; self.candidates.len()];
        for &(other, both) in &gram.others[item] {
            if let Some(place) = places[other as usize].checked_sub(1) {
                row[place as usize] = both as f32;
            }
        }
        row[place] = gram.users[item] as f32;
        self.active.push(place);
        self.gram.iter_mut().zip(&self.active).for_each(|(before, &other)| before.push(row[other]));
        self.gram.push(self.active.iter().map(|&other| row[other]).collect());
        self.weights.push(0.0);
        self.rows.push(row);
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
        weights.map(|(&place, &weight)| (self.candidates[place], weight as f32)).collect()
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
            let found = Weights::of(&gram, item as usize, l1, l2, &mut Vec::new()).found();
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
