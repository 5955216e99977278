//! The pairs of a user's positives with all negatives, on vectors.

use super::slices;
use super::vectors::arch;
use crate::Scalar;
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Pairs at a time: their results are summed in as many partial sums, whatever the machine's vectors are.
const AT_ONCE: usize = 16;
/// Negatives that stay in a core's first cache while all positives pass over them.
const IN_CACHE: usize = 1024;
/// Up to this distance from the best score, products of `exp(s)` and `exp(-s)` neither overflow nor vanish.
const REACH: f64 = 40.0;

/// Some items of a user, best score first.
pub(crate) struct Ranked<T> {
    scores: Vec<T>,
    /// What the ranks of the items are worth: less from one to the next.
    discounts: Vec<T>,
    /// `exp(s - best)`.
    exps: Vec<T>,
    /// `exp(best - s)`.
    inverses: Vec<T>,
}

impl<T: Scalar> Ranked<T> {
    /// `best` is the user's best score.
    pub(crate) fn new(scores: Vec<T>, discounts: Vec<T>, best: T) -> Self {
        let [exps, inverses] = [T::one(), -T::one()].map(|sign| {
            let mut exps = vec![T::zero(); scores.len()];
            slices::map(&mut exps, &scores, |exp, s| *exp = (sign * (s - best)).fast_exp());
            exps
        });
        Self { scores, discounts, exps, inverses }
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

/// All pairs of positives and negatives. `above` says for each positive how many negatives have better ranks.
pub(crate) fn sums<T: Scalar>(positives: &Ranked<T>, above: &[usize], negatives: &Ranked<T>, best: T) -> Sums<T> {
    let mut sums = Sums {
        pushed: vec![T::zero(); positives.scores.len()],
        push: vec![T::zero(); negatives.scores.len()],
        loss: T::zero(),
    };
    for from in (0..negatives.scores.len()).step_by(IN_CACHE) {
        let part = from..negatives.scores.len().min(from + IN_CACHE);
        arch().dispatch(Part { positives, above, negatives, best, part, sums: &mut sums });
    }
    sums
}

/// All positives and a part of the negatives.
struct Part<'a, T> {
    positives: &'a Ranked<T>,
    above: &'a [usize],
    negatives: &'a Ranked<T>,
    best: T,
    part: Range<usize>,
    sums: &'a mut Sums<T>,
}

impl<T: Scalar> WithSimd for Part<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { positives, above, negatives, best, part, sums } = self;
        for (p, &above) in above.iter().enumerate() {
            let (score, discount) = (positives.scores[p], positives.discounts[p]);
            let (exp, inverse) = (positives.exps[p], positives.inverses[p]);
            let border = above.clamp(part.start, part.end);
            let (better, worse) = (part.start..border, border..part.end);
            let push = &mut sums.push;
            // exp(-|s_n - s_p|), for a positive that is near without an exponential for each pair.
            let is_near = (score - best).abs() <= T::of(REACH);
            let (of_better, of_worse) = if is_near {
                let of_better = add(negatives, better, push, |n| {
                    Pair::with_better(n.score - score, n.discount - discount, n.inverse * exp)
                });
                (of_better, add(negatives, worse, push, |n| Pair::with_worse(discount - n.discount, n.exp * inverse)))
            } else {
                let of_better = add(negatives, better, push, |n| {
                    Pair::with_better(n.score - score, n.discount - discount, (score - n.score).fast_exp())
                });
                let of_worse = add(negatives, worse, push, |n| {
                    Pair::with_worse(discount - n.discount, (n.score - score).fast_exp())
                });
                (of_better, of_worse)
            };
            sums.pushed[p] += of_better.push + of_worse.push;
            sums.loss += of_better.loss + of_worse.loss;
        }
    }
}

/// A negative.
struct Negative<T> {
    score: T,
    discount: T,
    exp: T,
    inverse: T,
}

/// What a pair of a positive and a negative gives.
struct Pair<T> {
    push: T,
    loss: T,
}

impl<T: Scalar> Pair<T> {
    /// The negative is better by `ahead`; `e = exp(-ahead)`.
    #[inline(always)]
    fn with_better(ahead: T, weight: T, e: T) -> Self {
        Self { push: weight / (T::one() + e), loss: weight * (ahead + e.fast_ln_1p()) }
    }

    /// The negative is worse; `e` is the exponential of the difference.
    #[inline(always)]
    fn with_worse(weight: T, e: T) -> Self {
        Self { push: weight * e / (T::one() + e), loss: weight * e.fast_ln_1p() }
    }
}

/// Adds the pushes of a range of negatives to their sums, and returns what all of them add up to.
#[inline(always)]
fn add<T: Scalar>(
    negatives: &Ranked<T>,
    range: Range<usize>,
    push: &mut [T],
    pair: impl Fn(Negative<T>) -> Pair<T>,
) -> Pair<T> {
    if range.is_empty() {
        return Pair { push: T::zero(), loss: T::zero() };
    }
    // The lengths of these arrays and of the loop are constants, so that the sums stay in registers.
    let (mut pushes, mut losses) = ([T::zero(); AT_ONCE], [T::zero(); AT_ONCE]);
    let mut add = |[s, d, exp, inverse]: [&[T; AT_ONCE]; 4], push: &mut [T; AT_ONCE], len: usize| {
        for i in 0..AT_ONCE {
            let of_pair = pair(Negative { score: s[i], discount: d[i], exp: exp[i], inverse: inverse[i] });
            let of_pair = if i < len { of_pair } else { Pair { push: T::zero(), loss: T::zero() } };
            push[i] += of_pair.push;
            pushes[i] += of_pair.push;
            losses[i] += of_pair.loss;
        }
    };
    let (push, push_rest) = push[range.clone()].as_chunks_mut::<AT_ONCE>();
    let Ranked { scores, discounts, exps, inverses } = negatives;
    let [s, d, exp, inverse] =
        [scores, discounts, exps, inverses].map(|values| values[range.clone()].as_chunks::<AT_ONCE>());
    for ((((push, s), d), exp), inverse) in push.iter_mut().zip(s.0).zip(d.0).zip(exp.0).zip(inverse.0) {
        add([s, d, exp, inverse], push, AT_ONCE);
    }
    if !push_rest.is_empty() {
        let filled = |values: &[T]| {
            let mut filled = [T::zero(); AT_ONCE];
            filled[..values.len()].copy_from_slice(values);
            filled
        };
        let mut push = filled(push_rest);
        add([&filled(s.1), &filled(d.1), &filled(exp.1), &filled(inverse.1)], &mut push, push_rest.len());
        push_rest.copy_from_slice(&push[..push_rest.len()]);
    }
    Pair { push: sum(pushes), loss: sum(losses) }
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
