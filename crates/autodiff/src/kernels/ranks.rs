//! Items in the order of their scores.

use crate::Scalar;
use std::cmp::Ordering;

/// The items, best score first; of equal scores the item with the smaller number. Scores that are no numbers come last.
pub(crate) fn by_score<T: Scalar>(scores: &[T]) -> Vec<(T, u32)> {
    let mut order: Vec<(T, u32)> = scores.iter().copied().zip(0..).collect();
    order.sort_unstable_by(|(a, i), (b, j)| descending(*a, *b).then(i.cmp(j)));
    order
}

fn descending<T: Scalar>(a: T, b: T) -> Ordering {
    b.partial_cmp(&a).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_by_item_and_what_is_no_number_comes_last() {
        let order = by_score(&[1.0, f64::NAN, 2.0, 1.0, -0.0, 0.0]);
        assert_eq!(order.iter().map(|&(_, item)| item).collect::<Vec<_>>(), [2, 0, 3, 4, 5, 1]);
    }
}
