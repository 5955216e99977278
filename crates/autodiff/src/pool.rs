//! Buffers that live on from step to step.

use crate::kernels::pages;
use crate::{Mat, Scalar, Shape};
use std::cell::RefCell;
use std::collections::HashMap;

/// Free buffers by length. A training step takes the same lengths every time, so that after the first step nothing
/// large is allocated.
#[derive(Debug, Default)]
pub(crate) struct Pool<T> {
    free: RefCell<HashMap<usize, Vec<Vec<T>>>>,
}

impl<T: Scalar> Pool<T> {
    /// A matrix with arbitrary contents: whoever takes it writes every element.
    pub(crate) fn take(&self, shape: Shape) -> Mat<T> {
        let reused = self.free.borrow_mut().get_mut(&shape.len()).and_then(Vec::pop);
        let reused = reused.and_then(|buffer| Mat::from_shape_vec((shape.rows, shape.cols), buffer).ok());
        let mut matrix = reused.unwrap_or_else(|| pages::zeros(shape));
        if cfg!(debug_assertions) {
            matrix.fill(T::nan()); // an op that leaves elements unwritten is found out by the first test
        }
        matrix
    }

    /// Number of buffers that wait to be taken.
    #[cfg(test)]
    pub(crate) fn buffers(&self) -> usize {
        self.free.borrow().values().map(Vec::len).sum()
    }

    /// Gives a matrix back.
    pub(crate) fn put(&self, matrix: Mat<T>) {
        let (buffer, _) = matrix.into_raw_vec_and_offset();
        if !buffer.is_empty() {
            self.free.borrow_mut().entry(buffer.len()).or_default().push(buffer);
        }
    }
}
