//! The pairs of one positive with all negatives, on vectors.

use super::vectors::arch;
use crate::Scalar;
use pulp::{Simd, WithSimd};

/// Pairs at a time: their results are summed in as many partial sums, whatever the machine's vectors are.
const AT_ONCE: usize = 64;

/// Of one user's negatives: scores, discounts of their ranks, and what all positives push them by.
pub(crate) struct Negatives<'a, T> {
    pub(crate) scores: &'a [T],
    pub(crate) discounts: &'a [T],
    pub(crate) push: &'a mut [T],
}

impl<T: Scalar> Negatives<'_, T> {
    /// Adds the positive's `|d_p - d_n| sigmoid(s_n - s_p)` to each negative's push. Returns their sum, and that of
    /// `|d_p - d_n| softplus(s_n - s_p)`.
    pub(crate) fn against(&mut self, score: T, discount: T) -> [T; 2] {
        arch().dispatch(Against { score, discount, of: self })
    }
}

struct Against<'a, 'b, T> {
    score: T,
    discount: T,
    of: &'a mut Negatives<'b, T>,
}

impl<T: Scalar> WithSimd for Against<'_, '_, T> {
    type Output = [T; 2];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [T; 2] {
        let Self { score, discount, of } = self;
        let (mut pushes, mut losses) = ([T::zero(); AT_ONCE], [T::zero(); AT_ONCE]);
        let parts = of.push.chunks_mut(AT_ONCE).zip(of.scores.chunks(AT_ONCE)).zip(of.discounts.chunks(AT_ONCE));
        for ((push, scores), discounts) in parts {
            let negatives = push.iter_mut().zip(scores).zip(discounts);
            for (((push, &s), &d), (pushes, losses)) in negatives.zip(pushes.iter_mut().zip(&mut losses)) {
                let (x, weight) = (s - score, (discount - d).abs());
                // exp(-|x|) cannot overflow.
                let e = (-x.abs()).fast_exp();
                let one_more = T::one() + e;
                let sigmoid = if x < T::zero() { e / one_more } else { T::one() / one_more };
                let above_zero = if x < T::zero() { T::zero() } else { x };
                let pushed = weight * sigmoid;
                *push += pushed;
                *pushes += pushed;
                *losses += weight * (above_zero + e.fast_ln_1p());
            }
        }
        [pushes, losses].map(|partial| partial.into_iter().sum())
    }
}
