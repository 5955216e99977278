//! LambdaRank for NDCG (Burges, Ragno and Le, NIPS 2006).

use super::multinomial_nll::{per_user_shape, targets_of};
use super::warp::add_scaled_rows;
use crate::kernels::pairs::Negatives;
use crate::kernels::rows;
use crate::{Mat, Op, Scalar, Shape, Slots, Sparse, Var};
use std::sync::Arc;

/// `y_u = sum_(p, n) w_pn log(1 + exp(s_n - s_p))` over pairs of a positive and a negative. The weight is by how much NDCG
/// changes when the two change places, `w_pn = |1 / log2(1 + rank_p) - 1 / log2(1 + rank_n)| / IDCG`, a constant. With
/// `lambda_pn = w_pn / (1 + exp(s_p - s_n))`: `ds_p = -dy_u sum_n lambda_pn`, `ds_n = dy_u sum_p lambda_pn`.
struct LambdaRank<T> {
    positives: Arc<Sparse<T>>,
    /// The derivative of each user's loss, B x I.
    lambdas: Mat<T>,
}

/// Writes the derivatives of one user's loss and returns the loss, in O(P I) and memory of O(I).
fn lambdas<T: Scalar>(scores: &[T], positives: &[usize], lambdas: &mut [T]) -> T {
    let mut discounts = vec![T::zero(); scores.len()];
    for (item, rank) in T::by_score(scores).into_iter().zip(1..) {
        discounts[item as usize] = discount(rank);
    }
    let mut is_positive = vec![false; scores.len()];
    positives.iter().for_each(|&item| is_positive[item] = true);
    let negatives: Vec<usize> = (0..scores.len()).filter(|&item| !is_positive[item]).collect();
    let of_negatives = |values: &[T]| negatives.iter().map(|&item| values[item]).collect::<Vec<_>>();
    let (their_scores, their_discounts) = (of_negatives(scores), of_negatives(&discounts));
    let mut push = vec![T::zero(); negatives.len()];
    let mut against = Negatives { scores: &their_scores, discounts: &their_discounts, push: &mut push };

    let ideal: T = (1..=positives.len() as u32).map(discount::<T>).sum();
    let per_ideal = if positives.is_empty() { T::zero() } else { T::one() / ideal };
    let mut sum = T::zero();
    for &p in positives {
        let [pushed, loss] = against.against(scores[p], discounts[p]);
        lambdas[p] = -pushed * per_ideal;
        sum += loss * per_ideal;
    }
    for (item, push) in negatives.into_iter().zip(push) {
        lambdas[item] = push * per_ideal;
    }
    sum
}

fn discount<T: Scalar>(rank: u32) -> T {
    T::of(1.0 / f64::from(1 + rank).log2())
}

impl<T: Scalar> Op<T> for LambdaRank<T> {
    fn name(&self) -> &'static str {
        "lambda_rank"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        per_user_shape(inputs[0], &self.positives)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let positives = &self.positives;
        self.lambdas = Mat::zeros(x[0].raw_dim());
        rows::each_pair(y, &mut self.lambdas, x[0], |user, y, derivatives, scores| {
            let positives: Vec<usize> = targets_of(positives, user).map(|(item, _)| item).collect();
            y[0] = lambdas(scores, &positives, derivatives);
        });
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            add_scaled_rows(slot, dy, &self.lambdas);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// LambdaRank loss of these scores (B x I) for the items that are there in `positives` (B x I): its gradient is that of
    /// LambdaRank for NDCG. O(P I) per user who has P items, users in parallel. One value per user: B x 1.
    ///
    /// ```
    /// # use ract_autodiff::{Sparse, Tape};
    /// # use ndarray::array;
    /// # use std::sync::Arc;
    /// let tape = Tape::<f64>::new();
    /// let scores = tape.input(array![[1.0, 0.0]]);
    /// // One user with the second item, which is ranked second: NDCG is 1 / log2(3) and would be 1.
    /// let loss = scores.lambda_rank(&Arc::new(Sparse::new((1, 2), vec![0, 1], vec![1], vec![1.0])));
    /// let lambda = (1.0 - 1.0 / 3.0_f64.log2()) / (1.0 + (-1.0_f64).exp());
    /// let grads = loss.backward([scores])?;
    /// assert!((grads.get(scores).unwrap() - array![[lambda, -lambda]]).iter().all(|d| d.abs() < 1e-12));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn lambda_rank(self, positives: &Arc<Sparse<T>>) -> Self {
        self.tape().apply(LambdaRank { positives: Arc::clone(positives), lambdas: Mat::zeros((0, 0)) }, &[self])
    }
}
