//! Popular items (the head) and the others (the tail).

use ract_autodiff::Sparse;
use ract_data::Interactions;
use std::sync::Arc;

/// For each item, whether it is in the head: the fewest most popular items that make up at least half of all
/// interactions.
pub fn head(train: &Interactions) -> Vec<bool> {
    let users = train.item_counts();
    let mut order: Vec<usize> = (0..users.len()).collect();
    order.sort_by_key(|&item| std::cmp::Reverse(users[item]));
    let (mut is_head, mut covered) = (vec![false; users.len()], 0);
    for item in order {
        if 2 * covered >= train.len() {
            break;
        }
        is_head[item] = true;
        covered += users[item] as usize;
    }
    is_head
}

/// The items of each user that belong to the head, or those that do not.
pub(super) fn part_of(items: &Sparse<f32>, is_head: &[bool], head: bool) -> Arc<Sparse<f32>> {
    let (mut ends, mut kept) = (vec![0], Vec::new());
    for row in items.outer_iterator() {
        kept.extend(row.indices().iter().filter(|&&item| is_head[item as usize] == head));
        ends.push(kept.len());
    }
    let ones = vec![1.0; kept.len()];
    Arc::new(Sparse::new(items.shape(), ends, kept, ones))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_the_fewest_items_that_make_up_half_of_all_interactions() {
        let train = Interactions::from_rows(5, [vec![1, 3], vec![1], vec![1, 4], vec![1, 0]]);
        assert_eq!(head(&train), [false, true, false, false, false]);
    }
}
