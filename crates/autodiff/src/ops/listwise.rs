//! Losses of a user's whole ranking: their derivatives in the scores follow from the ranking, and the loss with them.

use super::multinomial_nll::{per_user_shape, targets_of};
use crate::kernels::{pages, rows};
use crate::{Mat, Op, Scalar, Shape, Slots, Sparse, Var};
use std::sync::Arc;

/// `derivatives(scores, positives, d)` of one user: writes the derivative in each score and returns the loss.
pub(super) trait OfUser<T>: Fn(&[T], &[usize], &mut [T]) -> T + Send + Sync + 'static {}

impl<T, F: Fn(&[T], &[usize], &mut [T]) -> T + Send + Sync + 'static> OfUser<T> for F {}

struct Listwise<T, F> {
    name: &'static str,
    of_user: F,
    positives: Arc<Sparse<T>>,
    /// In each user's scores, B x I.
    derivatives: Mat<T>,
}

/// The loss of each user's `scores`, B x 1, given the items that are there in `positives` (both B x I).
pub(super) fn apply<'t, T: Scalar>(
    name: &'static str,
    of_user: impl OfUser<T>,
    scores: Var<'t, T>,
    positives: &Arc<Sparse<T>>,
) -> Var<'t, T> {
    let op = Listwise { name, of_user, positives: Arc::clone(positives), derivatives: Mat::zeros((0, 0)) };
    scores.tape().apply(op, &[scores])
}

impl<T: Scalar, F: OfUser<T>> Op<T> for Listwise<T, F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        per_user_shape(inputs[0], &self.positives)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let Self { of_user, positives, derivatives, .. } = self;
        *derivatives = pages::zeros(Shape::of(x[0]));
        rows::each_pair(y, derivatives, x[0], |user, y, derivatives, scores| {
            let positives: Vec<usize> = targets_of(positives, user).map(|(item, _)| item).collect();
            y[0] = of_user(scores, &positives, derivatives);
        });
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|grad, write| {
            rows::each(grad, &self.derivatives, |user, grad, derivatives| {
                let dy = dy[(user, 0)];
                write.map(grad, derivatives, |x| dy * x);
            });
        });
    }
}
