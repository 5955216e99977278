//! The weighted squared error of implicit feedback (Hu, Koren and Volinsky, ICDM 2008).

use super::multinomial_nll::{per_user_shape, targets_of};
use crate::kernels::rows;
use crate::{Mat, Op, Scalar, Shape, Slots, Sparse, Var};
use std::sync::Arc;

/// `y_u = sum_i (1 + (w - 1) x_ui) (x_ui - s_ui)^2` for constant sparse targets `x`;
/// `ds_ui = 2 dy_u (1 + (w - 1) x_ui) (s_ui - x_ui)`.
struct WeightedSquaredError<T> {
    targets: Arc<Sparse<T>>,
    positive_weight: T,
}

impl<T: Scalar> WeightedSquaredError<T> {
    fn weight(&self, x: T) -> T {
        T::one() + (self.positive_weight - T::one()) * x
    }
}

impl<T: Scalar> Op<T> for WeightedSquaredError<T> {
    fn name(&self) -> &'static str {
        "weighted_squared_error"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        per_user_shape(inputs[0], &self.targets)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        rows::each(y, x[0], |user, y, scores| {
            let as_if_nothing = rows::sum_map(scores, |s| s * s);
            let corrections: T = targets_of(&self.targets, user)
                .map(|(item, x)| self.weight(x) * (x - scores[item]).powi(2) - scores[item].powi(2))
                .sum();
            y[0] = as_if_nothing + corrections;
        });
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|d_scores, write| {
            rows::each(d_scores, x[0], |user, d, scores| {
                let twice_dy = dy[(user, 0)] + dy[(user, 0)];
                write.map(d, scores, |s| twice_dy * s);
                for (item, x) in targets_of(&self.targets, user) {
                    let s = scores[item];
                    d[item] += twice_dy * (self.weight(x) * (s - x) - s);
                }
            });
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Weighted squared error of these scores (B x I) against sparse constant `targets` (B x I): a target of 1 weighs
    /// `positive_weight`, one of 0 weighs 1. One value per user: B x 1.
    #[must_use]
    pub fn weighted_squared_error(self, targets: &Arc<Sparse<T>>, positive_weight: T) -> Self {
        self.tape().apply(WeightedSquaredError { targets: Arc::clone(targets), positive_weight }, &[self])
    }
}
