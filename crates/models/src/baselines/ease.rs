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

impl<T: Scalar + RealField> Ease<T> {
    /// Fits the weights between the `items` most popular items (0 means all items) to the users of `train`. All other
    /// items score 0.
    ///
    /// Takes about N^3 operations for N items with weights, and memory for 1.1 N^2 numbers. The result is the same, bit
    /// for bit, for any number of threads.
    ///
    /// # Errors
    /// When `lambda` is not a positive number; when the memory does not suffice (this is checked before any is
    /// allocated); and when rounding makes the matrix indefinite.
    pub fn fit(train: &Interactions, lambda: f64, items: usize) -> Result<Self, BaselineError> {
        if !(lambda > 0.0 && lambda.is_finite()) {
            return Err(BaselineError::Parameter { parameter: "lambda", value: lambda, expected: LAMBDA });
        }
        let n = if items == 0 { train.n_items() } else { items.min(train.n_items()) };
        check_memory(n, size_of::<T>(), memory::available())?;

        let kept = most_popular(train, n);
        let mut matrix = gram(train, &kept, T::of(lambda));
        sweep(&mut matrix, n, inverse::BLOCK).map_err(|_| {
            BaselineError::Singular(format!(
                "rounding made X^T X + {lambda} I indefinite: raise lambda, or compute in f64 (double = 1)"
            ))
        })?;
        let mut weights = Array2::from_shape_vec((n, n), matrix).expect("n rows of n numbers");
        mirror(&mut weights);
        divide_by_diagonal(&mut weights);
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
    let lambda = parameters.at_least("lambda", f64::MIN_POSITIVE, LAMBDA)?;
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

/// The lower triangle of `X^T X + lambda I` for the items `kept` (N x N, row-major).
fn gram<T: Scalar>(train: &Interactions, kept: &[u32], lambda: T) -> Vec<T> {
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
                row[other as usize] += T::one();
            }
        }
        row[item] += lambda;
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
