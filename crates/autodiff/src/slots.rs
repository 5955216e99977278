//! Where an op puts the gradients of its inputs.

use crate::gradient::{Gradient, RowGradient};
use crate::kernels::elementwise;
use crate::pool::Pool;
use crate::tape::row_major;
use crate::{Mat, Scalar, Shape};

/// Where an op puts the gradients of its inputs.
///
/// ```
/// # use ract_autodiff::{Mat, Op, Slots, Tape};
/// # use ndarray::array;
/// # struct Product;
/// # impl Op<f64> for Product {
/// #     fn name(&self) -> &'static str { "product" }
/// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * x[1])); }
/// #     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
/// // In the backward of `y = a b`:
/// for (input, other) in [(0, x[1]), (1, x[0])] {
///     if let Some(slot) = dx.want(input) {
///         slot.add_zip(dy, other, |dy, other| dy * other);
///     }
/// }
/// #     }
/// # }
/// # let tape = Tape::<f64>::new();
/// # let (a, b) = (tape.input(array![[2.0]]), tape.input(array![[3.0]]));
/// # let grads = tape.apply(Product, &[a, b]).backward([a, b])?;
/// # assert_eq!((grads.get(a), grads.get(b)), (Some(&array![[3.0]]), Some(&array![[2.0]])));
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
pub struct Slots<'a, T> {
    pub(crate) inputs: &'a [usize],
    pub(crate) shapes: &'a [Shape],
    pub(crate) wanted: &'a [bool],
    pub(crate) grads: &'a mut [Option<Gradient<T>>],
    pub(crate) pool: &'a Pool<T>,
}

impl<T: Scalar> Slots<'_, T> {
    /// The slot of input `i`; `None` when nobody needs that gradient, which then is not to be computed.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Slots, Tape};
    /// # use ndarray::array;
    /// # struct Product;
    /// # impl Op<f64> for Product {
    /// #     fn name(&self) -> &'static str { "product" }
    /// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * x[1])); }
    /// #     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    /// // In the backward of `y = a b`; nobody wants the gradient in `b`:
    /// if let Some(slot) = dx.want(0) {
    ///     slot.add_zip(dy, x[1], |dy, b| dy * b);
    /// }
    /// assert!(dx.want(1).is_none());
    /// #     }
    /// # }
    /// # let tape = Tape::<f64>::new();
    /// # let (a, b) = (tape.input(array![[2.0]]), tape.constant(array![[3.0]]));
    /// # assert_eq!(tape.apply(Product, &[a, b]).backward([a, b])?.get(a), Some(&array![[3.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    pub fn want(&mut self, i: usize) -> Option<Slot<'_, T>> {
        let node = self.inputs[i];
        if !self.wanted[node] {
            return None;
        }
        Some(Slot { place: &mut self.grads[node], shape: self.shapes[i], pool: self.pool })
    }
}

/// The gradient of one input: the first contribution is stored, later ones are added.
///
/// ```
/// # use ract_autodiff::{Mat, Op, Slots, Tape};
/// # use ndarray::array;
/// # struct Square;
/// # impl Op<f64> for Square {
/// #     fn name(&self) -> &'static str { "square" }
/// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * x[0])); }
/// #     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
/// // In the backward of `y = x^2`:
/// if let Some(slot) = dx.want(0) {
///     slot.add_zip(dy, x[0], |dy, x| dy * 2.0 * x);
/// }
/// #     }
/// # }
/// # let tape = Tape::<f64>::new();
/// # let x = tape.input(array![[3.0, -2.0]]);
/// # let y = tape.apply(Square, &[x]);
/// # assert_eq!((y + x).sum().backward([x])?.get(x), Some(&array![[7.0, -3.0]]));
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
pub struct Slot<'a, T> {
    place: &'a mut Option<Gradient<T>>,
    shape: Shape,
    pool: &'a Pool<T>,
}

impl<T: Scalar> Slot<'_, T> {
    /// Adds `f(a)`, elementwise; `a` has the input's shape.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Slots, Tape};
    /// # use ndarray::array;
    /// # struct Double;
    /// # impl Op<f64> for Double {
    /// #     fn name(&self) -> &'static str { "double" }
    /// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * 2.0)); }
    /// #     fn backward(&self, _x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    /// // In the backward of `y = 2 x`:
    /// if let Some(slot) = dx.want(0) {
    ///     slot.add_map(dy, |dy| 2.0 * dy);
    /// }
    /// #     }
    /// # }
    /// # let tape = Tape::<f64>::new();
    /// # let x = tape.input(array![[3.0, -2.0]]);
    /// # assert_eq!(tape.apply(Double, &[x]).sum().backward([x])?.get(x), Some(&array![[2.0, 2.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    pub fn add_map(self, a: &Mat<T>, f: impl Fn(T) -> T + Sync) {
        self.update(|grad, beta| match beta == T::zero() {
            true => elementwise::map(grad, a, |d, a| *d = f(a)),
            false => elementwise::map(grad, a, |d, a| *d += f(a)),
        });
    }

    /// Adds `f(a, b)`, elementwise; `a` and `b` have the input's shape.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Slots, Tape};
    /// # use ndarray::array;
    /// # struct Square;
    /// # impl Op<f64> for Square {
    /// #     fn name(&self) -> &'static str { "square" }
    /// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * x[0])); }
    /// #     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    /// // In the backward of `y = x^2`:
    /// if let Some(slot) = dx.want(0) {
    ///     slot.add_zip(dy, x[0], |dy, x| dy * 2.0 * x);
    /// }
    /// #     }
    /// # }
    /// # let tape = Tape::<f64>::new();
    /// # let x = tape.input(array![[3.0, -2.0]]);
    /// # let y = tape.apply(Square, &[x]);
    /// # assert_eq!(y.sum().backward([x])?.get(x), Some(&array![[6.0, -4.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    pub fn add_zip(self, a: &Mat<T>, b: &Mat<T>, f: impl Fn(T, T) -> T + Sync) {
        self.update(|grad, beta| match beta == T::zero() {
            true => elementwise::zip(grad, a, b, |d, a, b| *d = f(a, b)),
            false => elementwise::zip(grad, a, b, |d, a, b| *d += f(a, b)),
        });
    }

    /// Calls `f(grad, beta)`, which must leave `beta * grad + contribution` in `grad`. `beta` is 0 or 1; when it is 0 the
    /// contents are arbitrary and must not be read.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Slots, Tape};
    /// # use ndarray::array;
    /// # struct Square;
    /// # impl Op<f64> for Square {
    /// #     fn name(&self) -> &'static str { "square" }
    /// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * x[0])); }
    /// #     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    /// // In the backward of `y = x^2`:
    /// if let Some(slot) = dx.want(0) {
    ///     let new = dy * x[0] * 2.0;
    ///     slot.update(|grad, beta| if beta == 0.0 { grad.assign(&new) } else { *grad += &new });
    /// }
    /// #     }
    /// # }
    /// # let tape = Tape::<f64>::new();
    /// # let x = tape.input(array![[3.0, -2.0]]);
    /// # let y = tape.apply(Square, &[x]) + tape.apply(Square, &[x]);
    /// # assert_eq!(y.sum().backward([x])?.get(x), Some(&array![[12.0, -8.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    pub fn update(self, f: impl FnOnce(&mut Mat<T>, T)) {
        let (mut grad, beta) = match self.place.take() {
            None => (self.pool.take(self.shape), T::zero()),
            Some(earlier) => (earlier.into_dense(self.pool), T::one()),
        };
        f(&mut grad, beta);
        *self.place = Some(Gradient::Dense(row_major(grad))); // `f` may have put another matrix there
    }

    /// Adds to some `rows` (each once, ascending) and leaves all others as they are: `f` writes the rows' contributions one after the
    /// other, `rows.len()` times as many numbers as the input has columns. As long as nothing else is added, the gradient
    /// stays as short as that; an embedding of many rows, of which a batch uses few, then costs what the few cost.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Shape, Slots, Tape};
    /// # use ndarray::array;
    /// # struct FirstRow;
    /// # impl Op<f64> for FirstRow {
    /// #     fn name(&self) -> &'static str { "first_row" }
    /// #     fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> { Ok(Shape::new(1, inputs[0].cols)) }
    /// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.row_mut(0).assign(&x[0].row(0)); }
    /// #     fn backward(&self, _x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    /// // In the backward of an op that takes the first row:
    /// if let Some(slot) = dx.want(0) {
    ///     slot.update_rows(&[0], |grad| grad.copy_from_slice(dy.as_slice().unwrap()));
    /// }
    /// #     }
    /// # }
    /// # let tape = Tape::<f64>::new();
    /// # let x = tape.input(array![[3.0, -2.0], [1.0, 1.0]]);
    /// # let y = tape.apply(FirstRow, &[x]).sum();
    /// # assert_eq!(y.backward([x])?.get(x), Some(&array![[1.0, 1.0], [0.0, 0.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
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
