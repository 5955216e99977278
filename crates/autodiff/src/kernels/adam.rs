//! The update of Adam: one pass over parameter, moments and gradient, as fast as memory.

use super::elementwise::CHUNK;
use super::scratch::{Role, Scratch};
use super::{rows, slices};
use crate::gradient::RowGradient;
use crate::{Mat, Scalar};
use rayon::prelude::*;

/// How many numbers of a gradient by rows are written out at a time: they fit into a core's level-2 cache.
const ROWS_CHUNK: usize = 1 << 14;

/// Numbers that are updated, and then checked while they are in cache.
const PIECE: usize = 1 << 12;

/// The constants of one step.
#[derive(Clone, Copy)]
pub(crate) struct Coefficients<T> {
    /// Decay of the first moment, and 1 less that.
    pub(crate) first: [T; 2],
    /// Decay of the second moment, and 1 less that.
    pub(crate) second: [T; 2],
    /// Step size over the first moment's bias correction.
    pub(crate) rate: T,
    /// 1 over the root of the second moment's bias correction.
    pub(crate) unbias: T,
    pub(crate) epsilon: T,
}

impl<T: Scalar> Coefficients<T> {
    #[inline(always)]
    fn apply(self, p: &mut T, m: &mut T, v: &mut T, g: T) {
        *m = self.first[0] * *m + self.first[1] * g;
        *v = self.second[0] * *v + self.second[1] * g * g;
        *p -= self.rate * *m / (v.sqrt() * self.unbias + self.epsilon);
    }

    /// Updates the parameter and its moments along slices. Returns whether the second moments are finite afterwards: they
    /// hold the squares of all gradients so far.
    fn update(self, [p, m, v]: [&mut [T]; 3], g: &[T]) -> bool {
        let pieces = p.chunks_mut(PIECE).zip(m.chunks_mut(PIECE)).zip(v.chunks_mut(PIECE)).zip(g.chunks(PIECE));
        let mut are_finite = true;
        for (((p, m), v), g) in pieces {
            slices::update([p, m, v], g, |p, m, v, g| self.apply(p, m, v, g));
            // One number that is not finite makes the sum so; a sum of finite ones can overflow.
            are_finite &= rows::sum_map(v, |v| v).is_finite() || v.iter().all(|v| v.is_finite());
        }
        are_finite
    }
}

/// What a step changes of one parameter.
pub(crate) struct State<'a, T> {
    pub(crate) value: &'a mut Mat<T>,
    pub(crate) first: &'a mut Mat<T>,
    pub(crate) second: &'a mut Mat<T>,
}

impl<'a, T: Scalar> State<'a, T> {
    fn chunks(self, len: usize) -> impl IndexedParallelIterator<Item = ((&'a mut [T], &'a mut [T]), &'a mut [T])> {
        let Self { value, first, second } = self;
        let slices = [value, first, second].map(|matrix| matrix.as_slice_mut().unwrap_or(&mut []));
        let [value, first, second] = slices.map(|slice| slice.par_chunks_mut(len));
        value.zip(first).zip(second)
    }
}

/// A step down a gradient. Returns whether the second moments are finite afterwards.
pub(crate) fn step<T: Scalar>(state: State<'_, T>, grad: &Mat<T>, by: Coefficients<T>) -> bool {
    let grad = grad.as_slice().unwrap_or(&[]).par_chunks(CHUNK);
    let are_finite = state.chunks(CHUNK).zip(grad).map(|(((p, m), v), g)| by.update([p, m, v], g));
    are_finite.reduce(|| true, |a, b| a && b)
}

/// A step down a gradient of which all but some rows are zero: the same bits as [`step`], but the zeros are read from cache.
pub(crate) fn step_rows<T: Scalar>(state: State<'_, T>, grad: &RowGradient<T>, by: Coefficients<T>) -> bool {
    let columns = state.value.ncols().max(1);
    let rows = ROWS_CHUNK.div_ceil(columns);
    let are_finite = state.chunks(rows * columns).enumerate().map(|(chunk, ((p, m), v))| {
        let mut scratch = Scratch::take(Role::Gradient);
        let g = scratch.numbers(p.len());
        g.fill(T::zero());
        let (from, to) = (chunk * rows, (chunk + 1) * rows);
        let [first, end] = [from, to].map(|bound| grad.rows.partition_point(|&row| (row as usize) < bound));
        let values = grad.values()[first * columns..end * columns].chunks_exact(columns);
        for (&row, values) in grad.rows[first..end].iter().zip(values) {
            g[(row as usize - from) * columns..][..columns].copy_from_slice(values);
        }
        by.update([p, m, v], g)
    });
    are_finite.reduce(|| true, |a, b| a && b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;
    use crate::pool::Pool;

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn rows_that_are_left_out_of_a_gradient_change_as_if_it_were_zero_there() {
        let by = Coefficients { first: [0.9_f32, 0.1], second: [0.999, 0.001], rate: 0.01, unbias: 1.5, epsilon: 1e-8 };
        let (rows, columns) = (200, 300);
        let numbers =
            |seed: usize| Mat::from_shape_fn((rows, columns), |(i, j)| ((i * 31 + j * 7 + seed) as f32).sin());
        let mut grad = RowGradient::take(vec![0, 3, 54, 55, 199], Shape::new(rows, columns), &Pool::default());
        grad.values_mut().iter_mut().enumerate().for_each(|(i, g)| *g = (i as f32).cos());
        let run = |step: &dyn Fn(State<'_, f32>) -> bool| {
            let (mut value, mut first, mut second) = (numbers(1), numbers(2), numbers(3).mapv(f32::abs));
            assert!(step(State { value: &mut value, first: &mut first, second: &mut second }));
            [value, first, second]
        };
        let whole = grad.to_dense(&Pool::default());
        assert_eq!(run(&|state| step(state, &whole, by)), run(&|state| step_rows(state, &grad, by)));
    }
}
