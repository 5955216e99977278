//! The users of one step, as sparse rows.

use crate::{HeldOut, Interactions};
use num_traits::Float;
use rand::Rng;
use rand::seq::SliceRandom;
use sprs::CsMatI;
use std::sync::Arc;

/// B users x I items. Nothing here is dense.
#[derive(Clone, Debug)]
pub struct Batch<T> {
    /// `x`: all items of each user, each with the value 1.
    pub items: Arc<CsMatI<T, u32, usize>>,
    /// `u = (x / ||x||_2) * m / keep`: the actor's input. The norm is that of the whole row `x`.
    pub input: Arc<CsMatI<T, u32, usize>>,
    /// `x * m`, or the fold-in: the items that the actor sees.
    pub seen: Interactions,
    /// `x * (1 - m)`, or the held-out items: those that a ranking should put first.
    pub unseen: Interactions,
    /// The items that are ranked. `None`: all but the seen ones.
    pub candidates: Option<Interactions>,
}

impl<T: Float> Batch<T> {
    /// `users` of `train` with a fresh mask: each item of a user is seen with probability `keep`, drawn in item order
    /// from the user's own stream.
    pub fn training<R: Rng>(train: &Interactions, users: &[u32], keep: f64, mask: impl Fn(u32) -> R) -> Self {
        let (mut all, mut seen, mut unseen) = (Rows::new(), Rows::new(), Rows::new());
        let mut values = Vec::new();
        for &user in users {
            let items = train.items(user as usize);
            let mut rng = mask(user);
            let value = entry::<T>(items.len(), keep);
            for &item in items {
                all.push(item);
                if rng.random::<f64>() < keep {
                    seen.push(item);
                    values.push(value);
                } else {
                    unseen.push(item);
                }
            }
            all.end();
            seen.end();
            unseen.end();
        }
        Self::assemble(train.n_items(), all, seen, unseen, values)
    }

    /// Rows `users` of held-out users: their fold-in is seen, their held-out items are not.
    pub fn evaluation(of: &HeldOut, users: &[u32]) -> Self {
        let (mut seen, mut unseen) = (Rows::new(), Rows::new());
        let mut values = Vec::new();
        for &user in users {
            let fold_in = of.fold_in.items(user as usize);
            values.extend(std::iter::repeat_n(entry::<T>(fold_in.len(), 1.0), fold_in.len()));
            seen.extend(fold_in);
            unseen.extend(of.held_out.items(user as usize));
        }
        let candidates = of.candidates.as_ref();
        let candidates = candidates
            .map(|all| Interactions::from_rows(all.n_items(), users.iter().map(|&user| all.items(user as usize))));
        Self { candidates, ..Self::assemble(of.fold_in.n_items(), seen.clone(), seen, unseen, values) }
    }

    fn assemble(n_items: usize, all: Rows, seen: Rows, unseen: Rows, values: Vec<T>) -> Self {
        let shape = (all.users(), n_items);
        let ones = vec![T::one(); all.items.len()];
        Self {
            items: Arc::new(CsMatI::new(shape, all.ends, all.items, ones)),
            input: Arc::new(CsMatI::new(shape, seen.ends.clone(), seen.items.clone(), values)),
            seen: Interactions::from_sorted(n_items, seen.ends, seen.items),
            unseen: Interactions::from_sorted(n_items, unseen.ends, unseen.items),
            candidates: None,
        }
    }

    /// The same batch with the unseen items in `items` too, as in training: what a loss is measured on.
    #[must_use]
    pub fn with_all_items(self) -> Self {
        let mut all = Rows::new();
        for user in 0..self.n_users() {
            let start = all.items.len();
            all.items.extend_from_slice(self.seen.items(user));
            all.items.extend_from_slice(self.unseen.items(user));
            all.items[start..].sort_unstable();
            all.end();
        }
        let ones = vec![T::one(); all.items.len()];
        let items = Arc::new(CsMatI::new(self.items.shape(), all.ends, all.items, ones));
        Self { items, ..self }
    }

    /// Number of users.
    pub fn n_users(&self) -> usize {
        self.seen.n_users()
    }
}

/// The input of a kept item of a user with `n` items: `1 / (||x||_2 keep)`.
fn entry<T: Float>(n: usize, keep: f64) -> T {
    T::from(1.0 / ((n as f64).sqrt() * keep)).unwrap_or_else(T::nan)
}

/// Compressed rows under construction.
#[derive(Clone)]
struct Rows {
    ends: Vec<usize>,
    items: Vec<u32>,
}

impl Rows {
    fn new() -> Self {
        Self { ends: vec![0], items: Vec::new() }
    }

    fn push(&mut self, item: u32) {
        self.items.push(item);
    }

    fn end(&mut self) {
        self.ends.push(self.items.len());
    }

    fn extend(&mut self, items: &[u32]) {
        self.items.extend_from_slice(items);
        self.end();
    }

    fn users(&self) -> usize {
        self.ends.len() - 1
    }
}

/// All users in the random order of an epoch.
pub fn epoch_order(n_users: usize, rng: &mut impl Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n_users as u32).collect();
    order.shuffle(rng);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    fn train() -> Interactions {
        let rows = (0..20_u32).map(|user| (0..user * 3).map(|i| (i * 7 + user) % 101).collect::<Vec<_>>());
        Interactions::from_rows(101, rows)
    }

    fn training(users: &[u32]) -> Batch<f64> {
        Batch::training(&train(), users, 0.5, |user| stream(1, Purpose::Mask, 0, user.into()))
    }

    #[test]
    fn seen_and_unseen_items_are_together_all_items() {
        let (train, batch) = (train(), training(&[3, 19, 0]));
        for (row, user) in [3, 19, 0].into_iter().enumerate() {
            let mut both = [batch.seen.items(row), batch.unseen.items(row)].concat();
            both.sort_unstable();
            assert_eq!(both, train.items(user));
        }
        assert!(!batch.seen.is_empty() && !batch.unseen.is_empty());
    }

    #[test]
    fn the_mask_of_a_user_does_not_depend_on_the_others_in_the_batch() {
        assert_eq!(training(&[3, 19]).seen.items(1), training(&[19, 7, 5]).seen.items(0));
    }

    #[test]
    fn the_input_is_divided_by_the_norm_of_the_whole_row_and_by_keep() {
        let batch = training(&[16]);
        assert!(batch.seen.len() < 48);
        let expected = 1.0 / (48.0_f64.sqrt() * 0.5);
        assert!(batch.input.data().iter().all(|&value| (value - expected).abs() < 1e-12));
        assert!(batch.items.data().iter().all(|&value| value == 1.0));
        assert_eq!(batch.input.indices(), batch.seen.items(0));
    }

    #[test]
    fn at_evaluation_the_whole_fold_in_is_seen() {
        let held_out = Interactions::from_rows(101, (0..20).map(|_| vec![100]));
        let of = HeldOut { fold_in: train(), held_out, candidates: None };
        let batch: Batch<f64> = Batch::evaluation(&of, &[4, 0]);
        assert_eq!(batch.seen.items(0), of.fold_in.items(4));
        assert_eq!(batch.unseen.items(1), [100]);
        assert!((batch.input.data()[0] - 1.0 / 12.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!((batch.n_users(), batch.seen.items(1).len()), (2, 0));
        assert_eq!(batch.items.nnz(), 12);
        assert_eq!(batch.with_all_items().items.indices(), [of.fold_in.items(4), &[100, 100]].concat());
    }

    #[test]
    fn an_epoch_visits_every_user_once() {
        let mut order = epoch_order(50, &mut stream(1, Purpose::Shuffle, 0, 0));
        assert_ne!(order, (0..50).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }
}
