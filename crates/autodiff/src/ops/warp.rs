//! The listwise WARP loss (Weston, Bengio and Usunier, IJCAI 2011), over all negatives instead of sampled ones.

use super::multinomial_nll::{per_user_shape, targets_of};
use crate::kernels::{rows, slices};
use crate::{Mat, Op, Scalar, Shape, Slot, Slots, Sparse, Var};
use std::sync::Arc;

/// `y_u = sum_i s_ui c_ui` with weights `c` that follow from the ranking alone: a positive at rank r, with v negatives above
/// it, has `-v L(r)`, `L(r) = sum_(j <= r) 1 / j`; each of those negatives gathers its `L(r)`. `ds_ui = dy_u c_ui`.
struct Warp<T> {
    positives: Arc<Sparse<T>>,
    /// `c`, B x I.
    weights: Mat<T>,
}

/// The weights of one user, in O(I log I).
fn warp_weights<T: Scalar>(scores: &[T], positives: impl Iterator<Item = usize>, weights: &mut [T]) {
    let mut is_positive = vec![false; scores.len()];
    positives.for_each(|item| is_positive[item] = true);
    let (mut negatives_above, mut rank_weight, mut total) = (T::zero(), T::zero(), T::zero());
    for (item, rank) in T::by_score(scores).into_iter().zip(1_u32..) {
        rank_weight += T::one() / T::of(rank.into());
        let item = item as usize;
        if is_positive[item] {
            weights[item] = -negatives_above * rank_weight;
            total += rank_weight;
        } else {
            weights[item] = -total; // what the positives above it would have given
            negatives_above += T::one();
        }
    }
    for (weight, _) in weights.iter_mut().zip(&is_positive).filter(|(_, is_positive)| !**is_positive) {
        *weight += total;
    }
}

/// Adds the rows of `derivatives` (B x I), each times its user's `dy` (B x 1).
pub(super) fn add_scaled_rows<T: Scalar>(slot: Slot<'_, T>, dy: &Mat<T>, derivatives: &Mat<T>) {
    slot.update(|grad, beta| {
        rows::each(grad, derivatives, |user, grad, derivatives| {
            let dy = dy[(user, 0)];
            if beta == T::zero() {
                slices::map(grad, derivatives, |d, x| *d = dy * x);
            } else {
                slices::map(grad, derivatives, |d, x| *d += dy * x);
            }
        });
    });
}

impl<T: Scalar> Op<T> for Warp<T> {
    fn name(&self) -> &'static str {
        "warp"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        per_user_shape(inputs[0], &self.positives)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let Self { positives, weights } = self;
        *weights = Mat::zeros(x[0].raw_dim());
        rows::each(weights, x[0], |user, weights, scores| {
            warp_weights(scores, targets_of(positives, user).map(|(item, _)| item), weights);
        });
        rows::each(y, x[0], |user, y, scores| {
            y[0] = scores.iter().zip(rows::row(weights, user)).map(|(&s, &c)| s * c).sum();
        });
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            add_scaled_rows(slot, dy, &self.weights);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Listwise WARP loss of these scores (B x I) for the items that are there in `positives` (B x I), margin 0. The
    /// weights of the items are constants, found by ranking them: O(I log I) per user. One value per user: B x 1.
    ///
    /// ```
    /// # use ract_autodiff::{Sparse, Tape};
    /// # use ndarray::array;
    /// # use std::sync::Arc;
    /// let tape = Tape::<f64>::new();
    /// let scores = tape.input(array![[3.0, 1.0, 2.0]]);
    /// // One user with the second item, which is ranked third, below two others: L(3) = 1 + 1/2 + 1/3.
    /// let loss = scores.warp(&Arc::new(Sparse::new((1, 3), vec![0, 1], vec![1], vec![1.0])));
    /// let l = 1.0 + 1.0 / 2.0 + 1.0 / 3.0;
    /// let grads = loss.backward([scores])?;
    /// assert!((grads.get(scores).unwrap() - array![[l, -2.0 * l, l]]).iter().all(|d| d.abs() < 1e-12));
    /// assert!((loss.scalar()? - (3.0 - 2.0 + 2.0) * l).abs() < 1e-12);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn warp(self, positives: &Arc<Sparse<T>>) -> Self {
        self.tape().apply(Warp { positives: Arc::clone(positives), weights: Mat::zeros((0, 0)) }, &[self])
    }
}
