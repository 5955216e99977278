//! The one door through which operations enter a tape.

use crate::kernels::elementwise;
use crate::pool::Pool;
use crate::{Mat, Scalar};
use std::fmt;

/// Rows x columns.
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

/// A differentiable operation. Built-in and users' operations implement the same trait and are recorded by
/// [`Tape::apply`](crate::Tape::apply).
///
/// Constants (sparse inputs, targets, noise) are fields of the op; what `backward` needs besides inputs and output,
/// `forward` stashes in the op.
pub trait Op<T: Scalar> {
    /// The name in errors and graphs, such as `affine`.
    fn name(&self) -> &'static str;

    /// The output's shape, or a sentence that says which input has which shape and what does not fit. Without a
    /// definition: the shape of the first input.
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        inputs.first().copied().ok_or_else(|| "an op without inputs must define its shape".to_owned())
    }

    /// Writes every element of `y` (whose contents are arbitrary at the start) from the inputs `x`.
    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>);

    /// Adds to each wanted slot of `dx` the gradient of the loss in that input, given `dy`, the gradient in `y`.
    fn backward(&self, x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>);
}

/// Where an op puts the gradients of its inputs.
pub struct Slots<'a, T> {
    pub(crate) inputs: &'a [usize],
    pub(crate) shapes: &'a [Shape],
    pub(crate) wanted: &'a [bool],
    pub(crate) grads: &'a mut [Option<Mat<T>>],
    pub(crate) pool: &'a Pool<T>,
}

impl<T: Scalar> Slots<'_, T> {
    /// The slot of input `i`; `None` when nobody needs that gradient, which then is not to be computed.
    pub fn want(&mut self, i: usize) -> Option<Slot<'_, T>> {
        let node = self.inputs[i];
        if !self.wanted[node] {
            return None;
        }
        let first = self.grads[node].is_none();
        let grad = self.grads[node].get_or_insert_with(|| self.pool.take(self.shapes[i]));
        Some(Slot { grad, first })
    }
}

/// The gradient of one input: the first contribution is stored, later ones are added.
pub struct Slot<'a, T> {
    grad: &'a mut Mat<T>,
    first: bool,
}

impl<T: Scalar> Slot<'_, T> {
    /// Adds `f(a)`, elementwise.
    pub fn add_map(self, a: &Mat<T>, f: impl Fn(T) -> T + Sync) {
        if self.first {
            elementwise::map(self.grad, a, |d, a| *d = f(a));
        } else {
            elementwise::map(self.grad, a, |d, a| *d += f(a));
        }
    }

    /// Adds `f(a, b)`, elementwise.
    pub fn add_zip(self, a: &Mat<T>, b: &Mat<T>, f: impl Fn(T, T) -> T + Sync) {
        if self.first {
            elementwise::zip(self.grad, a, b, |d, a, b| *d = f(a, b));
        } else {
            elementwise::zip(self.grad, a, b, |d, a, b| *d += f(a, b));
        }
    }

    /// Calls `f(grad, beta)`, which must leave `beta * grad + contribution` in `grad`. `beta` is 0 or 1; when it is 0 the
    /// contents are arbitrary and must not be read.
    pub fn update(self, f: impl FnOnce(&mut Mat<T>, T)) {
        f(self.grad, if self.first { T::zero() } else { T::one() });
    }
}
