//! The binary users x items matrix.

use sprs::CsMatI;

/// Who interacted with what: a binary matrix in compressed rows, users x items, items of a user ascending.
///
/// An entry is there or not, so no values are stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Interactions {
    pattern: CsMatI<(), u32, usize>,
}

impl Interactions {
    /// From each user's items, in any order; an item that a user has twice counts once.
    ///
    /// Items must be below `n_items`.
    pub fn from_rows<I>(n_items: usize, rows: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<[u32]>,
    {
        let (mut indptr, mut indices) = (vec![0], Vec::new());
        let mut sorted = Vec::new();
        for row in rows {
            sorted.clear();
            sorted.extend_from_slice(row.as_ref());
            sorted.sort_unstable();
            sorted.dedup();
            indices.extend_from_slice(&sorted);
            indptr.push(indices.len());
        }
        Self::from_sorted(n_items, indptr, indices)
    }

    /// From compressed rows whose items ascend.
    pub(crate) fn from_sorted(n_items: usize, indptr: Vec<usize>, indices: Vec<u32>) -> Self {
        let shape = (indptr.len() - 1, n_items);
        let values = vec![(); indices.len()];
        Self { pattern: CsMatI::new(shape, indptr, indices, values) }
    }

    /// The same of rows from anywhere; `None` when the items of a row do not ascend, or the numbers do not fit in another way.
    pub(crate) fn checked(n_items: usize, indptr: Vec<usize>, indices: Vec<u32>) -> Option<Self> {
        let shape = (indptr.len().checked_sub(1)?, n_items);
        let values = vec![(); indices.len()];
        Some(Self { pattern: CsMatI::try_new(shape, indptr, indices, values).ok()? })
    }

    /// Number of users (rows).
    pub fn n_users(&self) -> usize {
        self.pattern.rows()
    }

    /// Number of items (columns).
    pub fn n_items(&self) -> usize {
        self.pattern.cols()
    }

    /// Number of interactions.
    pub fn len(&self) -> usize {
        self.pattern.nnz()
    }

    /// Whether nobody interacted with anything.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many users each item has.
    pub fn item_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.n_items()];
        self.pattern.indices().iter().for_each(|&item| counts[item as usize] += 1);
        counts
    }

    /// The users of each item, ascending: items x users.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self { pattern: self.pattern.transpose_view().to_other_storage() }
    }

    /// Where the rows end among all items, after a 0.
    pub(crate) fn ends(&self) -> Vec<u64> {
        let end = |user| self.pattern.indptr().outer_inds_sz(user).end as u64;
        std::iter::once(0).chain((0..self.n_users()).map(end)).collect()
    }

    /// The items of all users, one row after the other.
    pub(crate) fn all_items(&self) -> &[u32] {
        self.pattern.indices()
    }

    /// The items of `user`, ascending.
    pub fn items(&self, user: usize) -> &[u32] {
        let range = self.pattern.indptr().outer_inds_sz(user);
        &self.pattern.indices()[range]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_ascending_and_once() {
        let x = Interactions::from_rows(5, [vec![4, 1, 4], vec![], vec![0]]);
        assert_eq!((x.n_users(), x.n_items(), x.len()), (3, 5, 3));
        assert_eq!(x.items(0), [1, 4]);
        assert_eq!(x.items(1), [] as [u32; 0]);
        assert_eq!(x.items(2), [0]);
        assert_eq!(x.item_counts(), [1, 1, 0, 0, 1]);
        let users = x.transposed();
        assert_eq!((users.n_users(), users.n_items()), (5, 3));
        assert_eq!([users.items(0), users.items(1), users.items(2)], [&[2][..], &[0], &[]]);
    }
}
