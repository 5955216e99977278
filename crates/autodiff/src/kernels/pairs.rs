//! The pairs of a user's positives with all negatives, on vectors.

use super::slices;
use super::vectors::arch;
use crate::Scalar;
use pulp::{Simd, WithSimd};

/// Pairs at a time: their results are summed in as many partial sums, whatever the machine's vectors are.
const AT_ONCE: usize = 64;
/// Negatives that stay in a core's first cache while all positives pass over them.
const IN_CACHE: usize = 1024;
/// Up to this distance from the middle, products of `exp(s)` and `exp(-s)` neither overflow nor vanish.
pub(crate) const REACH: f64 = 40.0;

/// Of some items: scores, and discounts of their ranks.
pub(crate) struct Items<T> {
    scores: Vec<T>,
    discounts: Vec<T>,
    /// `exp(s - middle)` and `exp(middle - s)`.
    powers: [Vec<T>; 2],
}

impl<T: Scalar> Items<T> {
    /// The items at these places. `middle` is a score.
    pub(crate) fn new(places: &[usize], scores: &[T], discounts: &[T], middle: T) -> Self {
        let of_items = |values: &[T]| places.iter().map(|&item| values[item]).collect::<Vec<_>>();
        let (scores, discounts) = (of_items(scores), of_items(discounts));
        let powers = [T::one(), -T::one()].map(|sign| {
            let mut powers = vec![T::zero(); scores.len()];
            slices::map(&mut powers, &scores, |power, s| *power = (sign * (s - middle)).fast_exp());
            powers
        });
        Self { scores, discounts, powers }
    }
}

/// What the pairs of a user add up to.
pub(crate) struct Sums<T> {
    /// Of each positive: `sum_n |d_p - d_n| sigmoid(s_n - s_p)`.
    pub(crate) pushed: Vec<T>,
    /// Of each negative: `sum_p |d_p - d_n| sigmoid(s_n - s_p)`.
    pub(crate) push: Vec<T>,
    /// `sum_pn |d_p - d_n| softplus(s_n - s_p)`.
    pub(crate) loss: T,
}

/// All pairs of positives and negatives, whose scores and powers go from the same middle; the highest score is not further
/// above it than 40.
pub(crate) fn sums<T: Scalar>(positives: &Items<T>, negatives: &Items<T>, middle: T) -> Sums<T> {
    let mut sums = Sums {
        pushed: vec![T::zero(); positives.scores.len()],
        push: vec![T::zero(); negatives.scores.len()],
        loss: T::zero(),
    };
    for from in (0..negatives.scores.len()).step_by(IN_CACHE) {
        let to = negatives.scores.len().min(from + IN_CACHE);
        for p in 0..positives.scores.len() {
            let positive = Positive {
                score: positives.scores[p],
                discount: positives.discounts[p],
                powers: [positives.powers[0][p], positives.powers[1][p]],
            };
            let is_near = (positive.score - middle).abs() <= T::of(REACH);
            let negatives = Part {
                scores: &negatives.scores[from..to],
                discounts: &negatives.discounts[from..to],
                powers: [&negatives.powers[0][from..to], &negatives.powers[1][from..to]],
                push: &mut sums.push[from..to],
            };
            let [pushed, loss] = arch().dispatch(Against { positive, negatives, is_near });
            sums.pushed[p] += pushed;
            sums.loss += loss;
        }
    }
    sums
}

struct Positive<T> {
    score: T,
    discount: T,
    powers: [T; 2],
}

/// Some negatives.
struct Part<'a, T> {
    scores: &'a [T],
    discounts: &'a [T],
    powers: [&'a [T]; 2],
    push: &'a mut [T],
}

struct Against<'a, T> {
    positive: Positive<T>,
    negatives: Part<'a, T>,
    is_near: bool,
}

impl<T: Scalar> WithSimd for Against<'_, T> {
    type Output = [T; 2];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [T; 2] {
        let Positive { score, powers: [above, below], .. } = self.positive;
        if self.is_near {
            // exp(-|s_n - s_p|), without an exponential for each pair. Of a negative that is far below, the first is 0.
            self.run(|_, up, down| {
                let (of_below, of_above) = (up * below, down * above);
                if of_below < of_above { of_below } else { of_above }
            })
        } else {
            self.run(|s, _, _| (-(s - score).abs()).fast_exp())
        }
    }
}

impl<T: Scalar> Against<'_, T> {
    #[inline(always)]
    fn run(self, exp: impl Fn(T, T, T) -> T) -> [T; 2] {
        let Self { positive: Positive { score, discount, .. }, negatives, .. } = self;
        let Part { scores, discounts, powers: [up, down], push } = negatives;
        let (mut pushes, mut losses) = ([T::zero(); AT_ONCE], [T::zero(); AT_ONCE]);
        let parts = push.chunks_mut(AT_ONCE).zip(scores.chunks(AT_ONCE)).zip(discounts.chunks(AT_ONCE));
        let parts = parts.zip(up.chunks(AT_ONCE)).zip(down.chunks(AT_ONCE));
        for ((((push, scores), discounts), up), down) in parts {
            let negatives = push.iter_mut().zip(scores).zip(discounts).zip(up).zip(down);
            for (((((push, &s), &d), &up), &down), (pushes, losses)) in
                negatives.zip(pushes.iter_mut().zip(&mut losses))
            {
                let (x, weight) = (s - score, (discount - d).abs());
                let e = exp(s, up, down);
                let is_below = x < T::zero();
                let sigmoid = (if is_below { e } else { T::one() }) / (T::one() + e);
                let above_zero = if is_below { T::zero() } else { x };
                let pushed = weight * sigmoid;
                *push += pushed;
                *pushes += pushed;
                *losses += weight * (above_zero + e.fast_ln_1p());
            }
        }
        [pushes, losses].map(sum)
    }
}

/// In halves, so that vectors are added.
#[inline(always)]
fn sum<T: Scalar>(mut partial: [T; AT_ONCE]) -> T {
    let mut len = AT_ONCE;
    while len > 1 {
        len /= 2;
        let (low, high) = partial.split_at_mut(len);
        low.iter_mut().zip(high).for_each(|(low, &mut high)| *low += high);
    }
    partial[0]
}
