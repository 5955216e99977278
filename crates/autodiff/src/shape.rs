//! Shapes of matrices, and the order in which they lie in memory.

use crate::Mat;
use std::fmt;

/// Rows x columns, displayed as `500 x 20180`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Number of rows; one per user in a batch.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

impl Shape {
    /// `rows` x `cols`.
    pub fn new(rows: usize, cols: usize) -> Self {
        Self { rows, cols }
    }

    /// The shape of `matrix`.
    pub fn of<T>(matrix: &Mat<T>) -> Self {
        Self::new(matrix.nrows(), matrix.ncols())
    }

    /// Number of elements.
    pub fn len(self) -> usize {
        self.rows * self.cols
    }

    /// Whether there are no elements.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.rows, self.cols)
    }
}

/// The same matrix in row order, as all kernels expect it.
pub(crate) fn row_major<T: Clone>(value: Mat<T>) -> Mat<T> {
    if value.is_standard_layout() { value } else { value.as_standard_layout().into_owned() }
}
