//! Where a list puts which item: what a critic of logged outcomes sees of a list.

use super::{FeatureEntry, FeatureInput, Width, counts};
use ract_autodiff::{Mat, Var};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "exposure",
    about: "for each item of the list: how much its place is looked at, times the probability that the user likes it",
    has_gradient: true,
    width: Width::Items,
    of,
};

/// The value of an item at rank r is `(1 - exp(-n p_i)) / log2(1 + r)`, with the softmax p of the actor's scores at the start of its phase
/// and the number n of items that the user has: about the probability that the item is among n draws from p. It is 0 for items that are not in the
/// list: those that were shown, or the actor's first `depth` unseen items. The gradient passes as if the list were drawn from the
/// softmax: straight through (Bengio et al., 2013). So the value is that of a list as it stands in a log, and every item of it can rise or
/// fall.
fn of<'t>(input: &FeatureInput<'_, 't>) -> Var<'t, f32> {
    let Ok(scores) = input.scored.output.scores().value() else { return input.scored.loss }; // the tape remembers the error
    let places = places(input, scores);
    let exposed: Vec<f32> = places.rows().into_iter().map(|row| row.sum()).collect();
    let shares = input.scored.output.scores().softmax();
    // From the start: an actor that becomes surer of itself must not make the critic expect more of the same list.
    let start = input.tape.constant(input.start.unwrap_or(scores).clone()).softmax();
    let draws = input.tape.constant(counts(input.seen));
    let liked = input.tape.constant(Mat::ones((1, 1))) - (-(start * draws)).exp();
    let drawn = shares * input.tape.constant(Mat::from_shape_fn((exposed.len(), 1), |(user, _)| exposed[user]));
    let list = drawn - drawn.detach() + input.tape.constant(places);
    list * liked
}

/// How much each item's place is looked at, B x I.
fn places(input: &FeatureInput<'_, '_>, scores: &Mat<f32>) -> Mat<f32> {
    let mut places = Mat::zeros(scores.dim());
    for (user, mut row) in places.rows_mut().into_iter().enumerate() {
        let list = match input.shown {
            Some(shown) => shown[user].iter().copied().take(input.depth).collect(),
            None => first(scores.row(user).as_slice().unwrap_or(&[]), input.seen.items(user), input.depth),
        };
        for (rank, item) in (1_u32..).zip(list) {
            row[item as usize] = 1.0 / (1.0 + rank as f32).log2();
        }
    }
    places
}

/// The first `n` items by falling score, without the ascending `seen` ones.
fn first(scores: &[f32], seen: &[u32], n: usize) -> Vec<u32> {
    let mut seen = seen.iter().peekable();
    let unseen = (0..scores.len() as u32).filter(|item| seen.next_if(|&&out| out == *item).is_none());
    let mut order: Vec<u32> = unseen.collect();
    let falling = |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
    let n = n.min(order.len());
    if n > 0 && n < order.len() {
        order.select_nth_unstable_by(n - 1, falling);
        order.truncate(n);
    }
    order.sort_unstable_by(falling);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_items_are_the_unseen_ones_with_the_highest_scores() {
        let scores = [0.5, 3.0, 2.0, 1.0, 3.0];
        assert_eq!(first(&scores, &[4], 2), [1, 2]);
        assert_eq!(first(&scores, &[], 3), [1, 4, 2], "of equal scores the smaller number is first");
        assert_eq!(first(&scores, &[0, 1, 2, 3, 4], 3), [0_u32; 0]);
    }
}
