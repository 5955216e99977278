//! What a product is added to.

use crate::Write;

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// Nothing: what the result's memory holds is not read.
    Zero,
    /// The result as it is.
    Result,
    /// This row, in every row.
    Row(&'a [T]),
}

impl<T> From<Write> for Start<'_, T> {
    fn from(write: Write) -> Self {
        match write {
            Write::Store => Self::Zero,
            Write::Add => Self::Result,
        }
    }
}

impl<T> Start<'_, T> {
    /// What these columns are added to.
    pub(super) fn columns(&self, from: usize, to: usize) -> Self {
        match self {
            Self::Zero => Self::Zero,
            Self::Result => Self::Result,
            Self::Row(row) => Start::Row(&row[from..to]),
        }
    }
}
