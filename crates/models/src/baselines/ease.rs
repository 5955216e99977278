//! EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019).

use super::inverse::{self, sweep};
use super::{Baseline, BaselineError, Fitted, Parameter, Parameters, memory};
use faer::traits::RealField;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis};
use ract_autodiff::Scalar;
use ract_data::Interactions;
use rayon::prelude::*;
use std::cmp::Reverse;

/// The linear autoencoder without a hidden layer. The score of an item is the sum of the weights between it and the
/// user's items. The weight between an item and itself is zero.
///
/// The weights B minimise `|X - X B|^2 + lambda |B|^2` in closed form: with `P = (X^T X + lambda I)^-1`,
/// `B_ij = -P_ij / P_jj` off the diagonal.
#[derive(Clone, Debug, PartialEq)]
pub struct Ease<T> {
    n_items: usize,
    kept: Vec<u32>,
    weights: Array2<T>,
}

/// What [`Ease`] minimises, beyond plain EASE: `sum_u n_u^-user_power |x_u - x_u B|^2 + sum_i r_i |B_i|^2` with
/// `r_i = lambda + dropout / (1 - dropout) g_i`, where n_u is the number of the user's items, B_i is a row of B, and g_i is the
/// weighted number of the item's users. Then each score is multiplied by `m_j^popularity`, where m_j is the number of the item's
/// users.
///
/// The second term of r_i is what EDLAE's dropout of the input comes to (Steck, NeurIPS 2020). Weights of users and items are those
/// of normalised linear autoencoders (Park et al., SIGIR 2025).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighting {
    /// The ridge that is the same for all items.
    pub lambda: f64,
    /// How much less a user with many items counts: 0 all the same, 1 each user's items together count 1.
    pub user_power: f64,
    /// The probability that an input is dropped.
    pub dropout: f64,
    /// The power of an item's popularity in its score: below 0, popular items rank lower.
    pub popularity: f64,
}

impl Weighting {
    /// That of plain EASE.
    pub fn plain(lambda: f64) -> Self {
        Self { lambda, user_power: 0.0, dropout: 0.0, popularity: 0.0 }
    }

    /// Checks that each number is in its range.
    ///
    /// # Errors
    /// With the number's name and its range.
    pub fn check(&self) -> Result<(), BaselineError> {
        let &Self { lambda, user_power, dropout, popularity } = self;
        let checks = [
            ("lambda", lambda, lambda > 0.0, LAMBDA),
            ("user_power", user_power, user_power >= 0.0, "it must be 0 or more"),
            ("dropout", dropout, (0.0..=0.99).contains(&dropout), "it must be from 0 to 0.99"),
            ("popularity", popularity, (-0.9..=1.0).contains(&popularity), "it must be from -0.9 to 1"),
        ];
        match checks.into_iter().find(|(_, value, is_in_range, _)| !(*is_in_range && value.is_finite())) {
            Some((parameter, value, _, expected)) => Err(BaselineError::Parameter { parameter, value, expected }),
            None => Ok(()),
        }
    }
}

impl<T: Scalar + RealField> Ease<T> {
    /// Fits plain EASE, as [`fit_weighted`](Self::fit_weighted).
    ///
    /// # Errors
    /// As for [`fit_weighted`](Self::fit_weighted).
    pub fn fit(train: &Interactions, lambda: f64, items: usize) -> Result<Self, BaselineError> {
        Self::fit_weighted(train, &Weighting::plain(lambda), items)
    }

    /// Fits the weights between the `items` most popular items (0 means all items) to the users of `train`. All other
    /// items score 0.
    ///
    /// Takes about N^3 operations for N items with weights, and memory for 1.1 N^2 numbers. The result is the same, bit
    /// for bit, for any number of threads.
    ///
    /// # Errors
    /// When a number of the weighting is out of its range; when the memory does not suffice (this is checked before any is
    /// allocated); and when rounding makes the matrix indefinite.
    pub fn fit_weighted(train: &Interactions, weighting: &Weighting, items: usize) -> Result<Self, BaselineError> {
        weighting.check()?;
        let lambda = weighting.lambda;
        let n = if items == 0 { train.n_items() } else { items.min(train.n_items()) };
        check_memory(n, size_of::<T>(), memory::available())?;

        let kept = most_popular(train, n);
        let mut matrix = gram(train, &kept, weighting);
        sweep(&mut matrix, n, inverse::BLOCK).map_err(|_| {
            BaselineError::Singular(format!(
                "rounding made X^T X + {lambda} I indefinite: raise lambda, or compute in f64 (double = 1)"
            ))
        })?;
        let mut weights = Array2::from_shape_vec((n, n), matrix).expect("n rows of n numbers");
        mirror(&mut weights);
        divide_by_diagonal(&mut weights);
        if weighting.popularity != 0.0 {
            let users = train.item_counts();
            let of = |&item: &u32| T::of(f64::from(users[item as usize].max(1)).powf(weighting.popularity));
            let factors: Array1<T> = kept.iter().map(of).collect();
            weights.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut row| row *= &factors);
        }
        Ok(Self { n_items: train.n_items(), kept, weights })
    }

    /// The weights B of the N kept items, N x N: row i holds the weights from item i to the items of the columns.
    pub fn weights(&self) -> &Array2<T> {
        &self.weights
    }

    /// The N items that have weights, ascending.
    pub fn kept(&self) -> &[u32] {
        &self.kept
    }
}

impl<T: Scalar + RealField> Baseline for Ease<T> {
    fn scores(&self, fold_in: &Interactions) -> Array2<f32> {
        let mut scores = Array2::zeros((fold_in.n_users(), self.n_items));
        scores.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(user, mut scores)| {
            let mut sums = Array1::<T>::zeros(self.kept.len());
            for item in fold_in.items(user) {
                if let Ok(row) = self.kept.binary_search(item) {
                    sums += &self.weights.row(row);
                }
            }
            for (&item, sum) in self.kept.iter().zip(sums) {
                scores[item as usize] = sum.to_f32().unwrap_or(f32::NAN);
            }
        });
        scores
    }
}

const LAMBDA: &str = "it must be a positive number";

/// Only lambda is searched: all items and f32 are choices of cost, not of quality.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::number("lambda", &[20.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1600.0]),
    Parameter::number("items", &[0.0]),
    Parameter::number("double", &[0.0]),
];

pub(super) fn fit(train: &Interactions, parameters: &Parameters) -> Fitted {
    let lambda = parameters.number("lambda"); // the fit checks it
    let items = parameters.whole("items", 0, "it must be a number of items, or 0 for all")?;
    let double = parameters.whole("double", 0, "it must be 0 (f32) or 1 (f64)")? != 0;
    Ok(if double {
        Box::new(Ease::<f64>::fit(train, lambda, items)?)
    } else {
        Box::new(Ease::<f32>::fit(train, lambda, items)?)
    })
}

/// Returns an error when `n` items, with numbers of `size` bytes, need more than `available` bytes.
fn check_memory(n: usize, size: usize, available: f64) -> Result<(), BaselineError> {
    let bytes_per_pair = 1.1 * size as f64;
    let need = bytes_per_pair * (n as f64).powi(2);
    memory::check(need, available, || {
        let fitting = (available / bytes_per_pair).sqrt().floor();
        let single = if size > 4 { ", or compute in f32 (double = 0), which halves it" } else { "" };
        format!("give weights to the most popular items only (items = N, here at most {fitting}){single}")
    })
}

/// The `n` most popular items, ascending. Of equally popular items, those with smaller numbers are taken first.
fn most_popular(train: &Interactions, n: usize) -> Vec<u32> {
    let users = train.item_counts();
    let mut items: Vec<u32> = (0..).take(train.n_items()).collect();
    items.sort_by_key(|&item| Reverse(users[item as usize]));
    items.truncate(n);
    items.sort_unstable();
    items
}

/// The lower triangle of `X^T W X + R` for the items `kept` (N x N, row-major): W holds the users' weights, R the ridge.
fn gram<T: Scalar>(train: &Interactions, kept: &[u32], weighting: &Weighting) -> Vec<T> {
    let &Weighting { lambda, user_power, dropout, .. } = weighting;
    let weight = |user| T::of((train.items(user).len().max(1) as f64).powf(-user_power));
    let weights: Vec<T> = (0..train.n_users()).map(weight).collect();
    let (lambda, share) = (T::of(lambda), T::of(dropout / (1.0 - dropout)));
    let n = kept.len();
    let rows = (0..train.n_users()).map(|user| {
        let rows = train.items(user).iter().filter_map(|item| kept.binary_search(item).ok());
        rows.map(|row| row as u32).collect::<Vec<_>>()
    });
    let users = Interactions::from_rows(n, rows);
    let users_of = users.transposed();

    let mut matrix = vec![T::zero(); n * n];
    matrix.par_chunks_mut(n.max(1)).enumerate().for_each(|(item, row)| {
        for &user in users_of.items(item) {
            for &other in users.items(user as usize).iter().take_while(|&&other| other as usize <= item) {
                row[other as usize] += weights[user as usize];
            }
        }
        let of_item = row[item];
        row[item] = of_item + lambda + share * of_item;
    });
    matrix
}

/// Copies the lower triangle to the upper one.
fn mirror<T: Scalar>(matrix: &mut Array2<T>) {
    fn halves<T: Scalar>(matrix: ArrayViewMut2<T>) {
        let n = matrix.nrows();
        if n < 2 {
            return;
        }
        let (top, bottom) = matrix.split_at(Axis(0), n / 2);
        let (top_left, top_right) = top.split_at(Axis(1), n / 2);
        let (bottom_left, bottom_right) = bottom.split_at(Axis(1), n / 2);
        transpose(bottom_left.view(), top_right);
        rayon::join(|| halves(top_left), || halves(bottom_right));
    }
    halves(matrix.view_mut());
}

/// `to = from^T`, 64 columns of `from` at a time, so that full cache lines are used.
fn transpose<T: Scalar>(from: ArrayView2<T>, mut to: ArrayViewMut2<T>) {
    let strips = to.axis_chunks_iter_mut(Axis(0), 64).into_par_iter();
    strips.zip(from.axis_chunks_iter(Axis(1), 64)).for_each(|(mut to, from)| {
        for (mut to, from) in to.columns_mut().into_iter().zip(from.rows()) {
            to.assign(&from);
        }
    });
}

/// `B_ij = -P_ij / P_jj` and `B_ii = 0`. The sign of P cancels, so `matrix` may hold P or -P.
fn divide_by_diagonal<T: Scalar>(matrix: &mut Array2<T>) {
    let diagonal = matrix.diag().to_owned();
    matrix.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(i, mut row)| {
        row.zip_mut_with(&diagonal, |value, &pivot| *value = -*value / pivot);
        row[i] = T::zero();
    });
}
