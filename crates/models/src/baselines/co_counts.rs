//! How many users have two items together: the rows of `X^T X`, which are sparse for a large catalogue.

use ract_data::Interactions;

/// The other items of the users who have `item`, ascending; for each, the number of these users who have it.
///
/// `users` is `train` transposed. `counts` is working memory, one number per item; calls reuse it.
pub(super) fn co_counts(
    train: &Interactions,
    users: &Interactions,
    item: usize,
    counts: &mut Vec<u32>,
) -> Vec<(u32, u32)> {
    counts.clear();
    counts.resize(train.n_items(), 0);
    for &user in users.items(item) {
        train.items(user as usize).iter().for_each(|&other| counts[other as usize] += 1);
    }
    counts[item] = 0;
    let mut both: Vec<_> = (0..).zip(counts.iter().copied()).filter(|&(_, count)| count > 0).collect();
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
}
