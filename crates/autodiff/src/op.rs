//! The one door through which operations enter a tape.

use crate::{Mat, Scalar, Slots};
use std::fmt;

/// Rows x columns.
///
/// ```
/// # use ract_autodiff::Shape;
/// let shape = Shape { rows: 500, cols: 20_180 };
/// assert_eq!(shape.to_string(), "500 x 20180");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Number of rows; one per user in a batch.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

impl Shape {
    /// `rows` x `cols`.
    ///
    /// ```
    /// # use ract_autodiff::Shape;
    /// assert_eq!(Shape::new(2, 3), Shape { rows: 2, cols: 3 });
    /// ```
    pub fn new(rows: usize, cols: usize) -> Self {
        Self { rows, cols }
    }

    /// The shape of `matrix`.
    ///
    /// ```
    /// # use ract_autodiff::Shape;
    /// # use ndarray::array;
    /// assert_eq!(Shape::of(&array![[1.0, 2.0, 3.0]]), Shape::new(1, 3));
    /// ```
    pub fn of<T>(matrix: &Mat<T>) -> Self {
        Self::new(matrix.nrows(), matrix.ncols())
    }

    /// Number of elements.
    ///
    /// ```
    /// # use ract_autodiff::Shape;
    /// assert_eq!(Shape::new(2, 3).len(), 6);
    /// ```
    pub fn len(self) -> usize {
        self.rows * self.cols
    }

    /// Whether there are no elements.
    ///
    /// ```
    /// # use ract_autodiff::Shape;
    /// assert!(Shape::new(0, 3).is_empty());
    /// assert!(!Shape::new(1, 1).is_empty());
    /// ```
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
///
/// ```
/// # use ract_autodiff::gradcheck::gradcheck;
/// # use ract_autodiff::{Mat, Op, Slots};
/// /// `y = x^2`, elementwise; `dx = dy 2 x`.
/// struct Square;
///
/// impl Op<f64> for Square {
///     fn name(&self) -> &'static str {
///         "square"
///     }
///
///     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) {
///         y.assign(&(x[0] * x[0]));
///     }
///
///     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
///         if let Some(slot) = dx.want(0) {
///             slot.add_zip(dy, x[0], |dy, x| dy * 2.0 * x);
///         }
///     }
/// }
///
/// gradcheck([(3, 4)], |tape, [x]| tape.apply(Square, &[x]))?;
/// # Ok::<(), ract_autodiff::gradcheck::Mismatch>(())
/// ```
pub trait Op<T: Scalar> {
    /// The name in errors and graphs, such as `affine`.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Slots};
    /// # struct Square;
    /// # impl Op<f64> for Square {
    /// fn name(&self) -> &'static str {
    ///     "square"
    /// }
    /// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * x[0])); }
    /// #     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    /// #         if let Some(slot) = dx.want(0) { slot.add_zip(dy, x[0], |dy, x| dy * 2.0 * x); }
    /// #     }
    /// # }
    /// assert_eq!(Square.name(), "square");
    /// ```
    fn name(&self) -> &'static str;

    /// The output's shape, or a sentence that says which input has which shape and what does not fit. Without a
    /// definition: the shape of the first input.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Shape, Slots, Tape};
    /// # use ndarray::{Axis, array};
    /// # struct RowSums;
    /// # impl Op<f64> for RowSums {
    /// # fn name(&self) -> &'static str { "row_sums" }
    /// fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
    ///     Ok(Shape::new(inputs[0].rows, 1))
    /// }
    /// # fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.column_mut(0).assign(&x[0].sum_axis(Axis(1))) }
    /// # fn backward(&self, _: &[&Mat<f64>], _: &Mat<f64>, _: &Mat<f64>, _: &mut Slots<'_, f64>) {}
    /// # }
    /// let tape = Tape::<f64>::new();
    /// assert_eq!(tape.apply(RowSums, &[tape.input(array![[1.0, 2.0]])]).value()?, &array![[3.0]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        inputs.first().copied().ok_or_else(|| "an op without inputs must define its shape".to_owned())
    }

    /// Writes every element of `y` (whose contents are arbitrary at the start) from the inputs `x`.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Slots};
    /// # use ndarray::array;
    /// # struct Square;
    /// # impl Op<f64> for Square {
    /// #     fn name(&self) -> &'static str { "square" }
    /// fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) {
    ///     y.assign(&(x[0] * x[0]));
    /// }
    /// #     fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    /// #         if let Some(slot) = dx.want(0) { slot.add_zip(dy, x[0], |dy, x| dy * 2.0 * x); }
    /// #     }
    /// # }
    /// let mut y = Mat::zeros((1, 2));
    /// Square.forward(&[&array![[3.0, -2.0]]], &mut y);
    /// assert_eq!(y, array![[9.0, 4.0]]);
    /// ```
    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>);

    /// Adds to each wanted slot of `dx` the gradient of the loss in that input, given `dy`, the gradient in `y`.
    ///
    /// ```
    /// # use ract_autodiff::{Mat, Op, Slots, Tape};
    /// # use ndarray::array;
    /// # struct Square;
    /// # impl Op<f64> for Square {
    /// #     fn name(&self) -> &'static str { "square" }
    /// #     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) { y.assign(&(x[0] * x[0])); }
    /// fn backward(&self, x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
    ///     let Some(slot) = dx.want(0) else { return };
    ///     slot.add_zip(dy, x[0], |dy, x| dy * 2.0 * x);
    /// }
    /// # }
    /// # let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[3.0, -2.0]]);
    /// assert_eq!(tape.apply(Square, &[x]).sum().backward([x])?.get(x), Some(&array![[6.0, -4.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    fn backward(&self, x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>);
}
