//! How many users have two items together: the rows of `X^T X`, which are sparse for a large catalogue.

use ract_data::Interactions;
use std::ops::AddAssign;

/// The other items of the users who have `item`, ascending; for each, the number of these users who have it.
///
/// `users` is `train` transposed. `counts` is working memory, one number per item; calls reuse it.
pub(super) fn co_counts(
    train: &Interactions,
    users: &Interactions,
    item: usize,
    counts: &mut Vec<u32>,
) -> Vec<(u32, u32)> {
    co_sums(train, users, item, |_| 1, counts)
}

/// As [`co_counts`], with the sum of the users' weights in place of their number. Items whose sum is 0 are left out.
pub(super) fn co_sums<N: Copy + Default + PartialOrd + AddAssign>(
    train: &Interactions,
    users: &Interactions,
    item: usize,
    weight: impl Fn(usize) -> N,
    sums: &mut Vec<N>,
) -> Vec<(u32, N)> {
    sums.clear();
    sums.resize(train.n_items(), N::default());
    for user in users.items(item).iter().map(|&user| user as usize) {
        let weight = weight(user);
        train.items(user).iter().for_each(|&other| sums[other as usize] += weight);
    }
    sums[item] = N::default();
    let mut both: Vec<_> = (0..).zip(sums.iter().copied()).filter(|&(_, sum)| sum > N::default()).collect();
    both.shrink_to_fit();
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_who_have_both_items_are_counted() {
        let train = Interactions::from_rows(4, [vec![0, 1], vec![0, 1, 2], vec![2], vec![3]]);
        let users = train.transposed();
        let mut counts = Vec::new();
        let mut of = |item| co_counts(&train, &users, item, &mut counts);
        assert_eq!(of(0), [(1, 2), (2, 1)]);
        assert_eq!(of(2), [(0, 1), (1, 1)]);
        assert_eq!(of(3), []);
    }

    #[test]
    fn weights_of_users_who_have_both_items_are_added() {
        let train = Interactions::from_rows(3, [vec![0, 1], vec![0, 1], vec![0, 2]]);
        let sums = co_sums(&train, &train.transposed(), 0, |user| [0.5, 2.0, 0.0][user], &mut Vec::new());
        assert_eq!(sums, [(1, 2.5)]);
    }
}
