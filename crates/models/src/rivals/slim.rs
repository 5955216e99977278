//! SLIM (Ning and Karypis, ICDM 2011).

use super::{Fitted, Parameter, Parameters, SparseWeights};
use ract_data::Interactions;
use rayon::prelude::*;

/// A sweep that changes no weight by more than this is the last one.
const TOLERANCE: f64 = 1e-4;
/// No more sweeps over the weights that are not zero, and no more over all of them.
const SWEEPS: usize = 100;

pub(super) const PARAMETERS: &[Parameter] =
    &[Parameter { name: "l1", grid: &[0.5, 2.0, 8.0] }, Parameter { name: "l2", grid: &[50.0, 200.0, 800.0] }];

pub(super) fn fit(train: &Interactions, parameters: &Parameters) -> Fitted {
    let l1 = parameters.at_least("l1", 0.0, "it must be 0 or more")?;
    let l2 = parameters.at_least("l2", f64::MIN_POSITIVE, "it must be a positive number")?;
    let users = train.transposed();
    let weights: Vec<_> =
        (0..train.n_items()).into_par_iter().map(|item| weights(train, &users, item, l1, l2)).collect();
    Ok(Box::new(SparseWeights::from_recommended_by(&weights)))
}

/// The weights w >= 0 of all other items for `item`, those that are not zero, ascending: they minimise
/// `|x_item - X w|^2 / 2 + l2 |w|^2 / 2 + l1 |w|_1`, by coordinate descent on the residual.
///
/// Items that no user has together with `item` have the weight 0: their correlation with the residual is never positive.
fn weights(train: &Interactions, users: &Interactions, item: usize, l1: f64, l2: f64) -> Vec<(u32, f32)> {
    let mut residual = vec![0.0_f32; train.n_users()];
    let mut candidates: Vec<u32> = Vec::new();
    for &user in users.items(item) {
        residual[user as usize] = 1.0;
        candidates.extend(train.items(user as usize));
    }
    candidates.sort_unstable();
    candidates.dedup();
    candidates.retain(|&other| other as usize != item);

    let mut weights = vec![0.0_f64; candidates.len()];
    // The change of a weight.
    let mut improve = |weight: &mut f64, other: u32| -> f64 {
        let of_other = users.items(other as usize);
        let correlation: f32 = of_other.iter().map(|&user| residual[user as usize]).sum();
        let n = of_other.len() as f64;
        let best = ((f64::from(correlation) + n * *weight - l1) / (n + l2)).max(0.0);
        let change = best - *weight;
        if change != 0.0 {
            of_other.iter().for_each(|&user| residual[user as usize] -= change as f32);
            *weight = best;
        }
        change.abs()
    };
    for _ in 0..SWEEPS {
        let mut changed = 0.0_f64;
        for (weight, &other) in weights.iter_mut().zip(&candidates) {
            changed = changed.max(improve(weight, other));
        }
        if changed < TOLERANCE {
            break;
        }
        for _ in 0..SWEEPS {
            let mut changed = 0.0_f64;
            for (weight, &other) in weights.iter_mut().zip(&candidates).filter(|(weight, _)| **weight > 0.0) {
                changed = changed.max(improve(weight, other));
            }
            if changed < TOLERANCE {
                break;
            }
        }
    }
    let weights = candidates.into_iter().zip(weights).filter(|&(_, weight)| weight > 0.0);
    weights.map(|(other, weight)| (other, weight as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::SmallRng;
    use rand::{Rng, SeedableRng};

    #[test]
    fn the_weights_satisfy_the_conditions_of_the_minimum() {
        let rng = &mut SmallRng::seed_from_u64(3);
        let rows: Vec<Vec<u32>> = (0..60).map(|_| (0..12).filter(|_| rng.random::<f64>() < 0.4).collect()).collect();
        let train = Interactions::from_rows(12, &rows);
        let users = train.transposed();
        let has = |user: usize, item: u32| f64::from(u8::from(rows[user].contains(&item)));
        let (l1, l2) = (1.5, 3.0);
        for item in 0..12_u32 {
            let found = weights(&train, &users, item as usize, l1, l2);
            assert!(found.iter().all(|&(other, weight)| other != item && weight > 0.0));
            let predicted = |user: usize| found.iter().map(|&(other, w)| f64::from(w) * has(user, other)).sum::<f64>();
            let residual: Vec<f64> = (0..60).map(|user| has(user, item) - predicted(user)).collect();
            for other in (0..12).filter(|&other| other != item) {
                let weight = found.iter().find(|(o, _)| *o == other).map_or(0.0, |&(_, w)| f64::from(w));
                let correlation: f64 = (0..60).map(|user| has(user, other) * residual[user]).sum();
                let slope = l1 + l2 * weight - correlation;
                let holds = if weight > 0.0 { slope.abs() < 0.02 } else { slope > -0.02 };
                assert!(holds, "item {item}, weight {weight} of {other}: slope {slope}");
            }
        }
    }
}
