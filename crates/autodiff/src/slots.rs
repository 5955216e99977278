//! Where an op puts the gradients of its inputs.

use crate::gradient::{Gradient, RowGradient};
use crate::kernels::elementwise;
use crate::pool::Pool;
use crate::shape::row_major;
use crate::{Mat, Scalar, Shape, Write};

/// Where an op puts the gradients of its inputs: one [`Slot`] for each.
pub struct Slots<'a, T> {
    pub(crate) inputs: &'a [usize],
    pub(crate) shapes: &'a [Shape],
    pub(crate) wanted: &'a [bool],
    pub(crate) grads: &'a mut [Option<Gradient<T>>],
    pub(crate) pool: &'a Pool<T>,
}

impl<T: Scalar> Slots<'_, T> {
    /// The slot of input `i`; `None` when nobody needs that gradient: then do not compute it.
    pub fn want(&mut self, i: usize) -> Option<Slot<'_, T>> {
        let node = self.inputs[i];
        if !self.wanted[node] {
            return None;
        }
        Some(Slot { place: &mut self.grads[node], shape: self.shapes[i], pool: self.pool })
    }
}

/// The gradient of one input. An op may use an input twice, and several ops may use it: the contributions add up.
pub struct Slot<'a, T> {
    place: &'a mut Option<Gradient<T>>,
    shape: Shape,
    pool: &'a Pool<T>,
}

impl<T: Scalar> Slot<'_, T> {
    /// Adds `f(a)`, elementwise; `a` has the input's shape.
    pub fn add_map(self, a: &Mat<T>, f: impl Fn(T) -> T + Sync) {
        self.update(|grad, write| match write {
            Write::Store => elementwise::map(grad, a, |d, a| *d = f(a)),
            Write::Add => elementwise::map(grad, a, |d, a| *d += f(a)),
        });
    }

    /// Adds `f(a, b)`, elementwise; `a` and `b` have the input's shape.
    pub fn add_zip(self, a: &Mat<T>, b: &Mat<T>, f: impl Fn(T, T) -> T + Sync) {
        self.update(|grad, write| match write {
            Write::Store => elementwise::zip(grad, a, b, |d, a, b| *d = f(a, b)),
            Write::Add => elementwise::zip(grad, a, b, |d, a, b| *d += f(a, b)),
        });
    }

    /// Adds `f(a, b, c)`, elementwise; `a`, `b` and `c` have the input's shape.
    pub fn add_zip3(self, a: &Mat<T>, b: &Mat<T>, c: &Mat<T>, f: impl Fn(T, T, T) -> T + Sync) {
        self.update(|grad, write| match write {
            Write::Store => elementwise::zip3(grad, a, b, c, |d, a, b, c| *d = f(a, b, c)),
            Write::Add => elementwise::zip3(grad, a, b, c, |d, a, b, c| *d += f(a, b, c)),
        });
    }

    /// Calls `f(grad)`, which adds to the gradient so far. The gradient is zero before the first contribution.
    pub fn accumulate(self, f: impl FnOnce(&mut Mat<T>)) {
        self.update(|grad, write| {
            if write == Write::Store {
                grad.fill(T::zero());
            }
            f(grad);
        });
    }

    /// Calls `f(grad, write)`, which writes every element of the gradient as `write` says.
    pub fn update(self, f: impl FnOnce(&mut Mat<T>, Write)) {
        let (mut grad, write) = match self.place.take() {
            None => (self.pool.take(self.shape), Write::Store),
            Some(earlier) => (earlier.into_dense(self.pool), Write::Add),
        };
        f(&mut grad, write);
        *self.place = Some(Gradient::Dense(row_major(grad))); // `f` may have put another matrix there
    }

    /// Adds to some `rows` (each once, ascending); all others stay as they are. `f` writes the contributions one row after
    /// the other: `rows.len()` times as many numbers as the input has columns.
    ///
    /// The gradient is kept as these rows until something else is added. So the cost of a large embedding, of which a
    /// batch uses few rows, is that of the few.
    ///
    /// # Panics
    /// When `rows` are not ascending, or the input has no such row.
    pub fn update_rows(self, rows: &[u32], f: impl FnOnce(&mut [T])) {
        let ascending =
            rows.is_sorted_by(|a, b| a < b) && rows.last().is_none_or(|&row| (row as usize) < self.shape.rows);
        assert!(ascending, "rows must be of the input, each once, ascending: {rows:?} of {}", self.shape);
        let mut new = RowGradient::take(rows.to_vec(), self.shape, self.pool);
        f(new.values_mut());
        *self.place = Some(match self.place.take() {
            None => Gradient::Rows(new),
            Some(earlier) => {
                let mut dense = earlier.into_dense(self.pool);
                new.add_to(&mut dense);
                Gradient::Rows(new).give_back(self.pool);
                Gradient::Dense(dense)
            }
        });
    }
}
