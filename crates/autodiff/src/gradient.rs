//! A gradient while it is computed: dense, or some rows, when all others are zero.

use crate::pool::Pool;
use crate::{Mat, Scalar, Shape};

#[derive(Debug)]
pub(crate) enum Gradient<T> {
    Dense(Mat<T>),
    Rows(RowGradient<T>),
}

/// The rows of a gradient that are not zero.
#[derive(Debug)]
pub(crate) struct RowGradient<T> {
    /// Their numbers, ascending.
    pub(crate) rows: Vec<u32>,
    /// As large as the whole gradient, so that the buffer fits every step; the first `rows.len()` rows are used.
    buffer: Mat<T>,
}

impl<T: Scalar> RowGradient<T> {
    /// So many rows of arbitrary contents out of a gradient of that shape.
    pub(crate) fn take(rows: Vec<u32>, shape: Shape, pool: &Pool<T>) -> Self {
        Self { rows, buffer: pool.take(shape) }
    }

    /// The rows' values, one row after the other.
    pub(crate) fn values(&self) -> &[T] {
        &self.buffer.as_slice().unwrap_or(&[])[..self.rows.len() * self.buffer.ncols()]
    }

    /// The same, to be written.
    pub(crate) fn values_mut(&mut self) -> &mut [T] {
        let len = self.rows.len() * self.buffer.ncols();
        &mut self.buffer.as_slice_mut().unwrap_or(&mut [])[..len]
    }

    /// The whole gradient.
    pub(crate) fn to_dense(&self, pool: &Pool<T>) -> Mat<T> {
        let mut dense = pool.take(Shape::of(&self.buffer));
        dense.fill(T::zero());
        self.add_to(&mut dense);
        dense
    }

    /// Adds the rows to a dense gradient.
    pub(crate) fn add_to(&self, dense: &mut Mat<T>) {
        let columns = self.buffer.ncols().max(1);
        for (&row, values) in self.rows.iter().zip(self.values().chunks_exact(columns)) {
            dense.row_mut(row as usize).iter_mut().zip(values).for_each(|(d, &x)| *d += x);
        }
    }
}

impl<T: Scalar> Gradient<T> {
    /// The whole gradient; rows that are left out become zero.
    pub(crate) fn into_dense(self, pool: &Pool<T>) -> Mat<T> {
        match self {
            Self::Dense(dense) => dense,
            Self::Rows(of_rows) => {
                let dense = of_rows.to_dense(pool);
                pool.put(of_rows.buffer);
                dense
            }
        }
    }

    /// Gives the memory back.
    pub(crate) fn give_back(self, pool: &Pool<T>) {
        match self {
            Self::Dense(matrix) | Self::Rows(RowGradient { buffer: matrix, .. }) => pool.put(matrix),
        }
    }
}
