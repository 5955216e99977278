//! The one door through which operations enter a tape.

use crate::{Mat, Scalar, Shape, Slots};

/// A differentiable operation. Built-in and users' operations implement the same trait;
/// [`Tape::apply`](crate::Tape::apply) records them.
///
/// Constants (sparse inputs, targets, noise) are fields of the op. What `backward` needs besides inputs and output,
/// `forward` keeps in the op.
///
/// ```
/// use ract_autodiff::gradcheck::gradcheck;
/// use ract_autodiff::{Mat, Op, Shape, Slots};
///
/// /// `y_i = x_i . v`, row by row, for a constant vector `v`; `dx_ij = dy_i v_j`.
/// struct Along(Vec<f64>);
///
/// impl Op<f64> for Along {
///     fn name(&self) -> &'static str {
///         "along"
///     }
///
///     fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
///         let (x, n) = (inputs[0], self.0.len());
///         if x.cols == n { Ok(Shape::new(x.rows, 1)) } else { Err(format!("x is {x}, the vector has {n} numbers")) }
///     }
///
///     fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) {
///         for (x, y) in x[0].rows().into_iter().zip(y) {
///             *y = x.iter().zip(&self.0).map(|(x, v)| x * v).sum();
///         }
///     }
///
///     fn backward(&self, _x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut Slots<'_, f64>) {
///         let Some(slot) = dx.want(0) else { return };
///         slot.accumulate(|dx| {
///             for ((i, j), dx) in dx.indexed_iter_mut() {
///                 *dx += dy[(i, 0)] * self.0[j];
///             }
///         });
///     }
/// }
///
/// gradcheck([(3, 2)], |tape, [x]| tape.apply(Along(vec![0.5, -2.0]), &[x]))?;
/// # Ok::<(), ract_autodiff::gradcheck::Mismatch>(())
/// ```
pub trait Op<T: Scalar> {
    /// The name in errors and graphs, such as `affine`.
    fn name(&self) -> &'static str;

    /// The numbers, by name, that the result follows from beside the inputs, for programs that rebuild the graph. Without a
    /// definition: none.
    fn numbers(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// The output's shape, or a sentence that says which input has which shape and what does not fit. Without a
    /// definition: the shape of the first input.
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        inputs.first().copied().ok_or_else(|| "an op without inputs must define its shape".to_owned())
    }

    /// Writes every element of `y` from the inputs `x`. Do not read `y`: its contents are arbitrary at the start.
    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>);

    /// Adds to each wanted slot of `dx` the gradient of the loss in that input. `dy` is the gradient in `y`.
    fn backward(&self, x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>);
}
