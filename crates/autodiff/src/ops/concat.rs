//! Matrices side by side.

use crate::{Mat, Op, Scalar, Shape, Slots, Tape, Var};
use ndarray::{Axis, Slice};

/// `y = [x1 x2 ...]`; `dxk` = the columns of `dy` that came from `xk`.
struct Concat;

/// For each input the columns of the output that it fills.
fn columns<'a, T: Scalar>(x: &'a [&Mat<T>]) -> impl Iterator<Item = Slice> + 'a {
    x.iter().scan(0, |start, x| {
        let columns = Slice::from(*start..*start + x.ncols());
        *start += x.ncols();
        Some(columns)
    })
}

impl<T: Scalar> Op<T> for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let rows = inputs.first().ok_or("nothing to put side by side")?.rows;
        if inputs.iter().any(|x| x.rows != rows) {
            let shapes: Vec<_> = inputs.iter().map(Shape::to_string).collect();
            return Err(format!("the inputs are {}: their rows differ", shapes.join(", ")));
        }
        Ok(Shape::new(rows, inputs.iter().map(|x| x.cols).sum()))
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        for (x, columns) in x.iter().zip(columns(x)) {
            y.slice_axis_mut(Axis(1), columns).assign(x);
        }
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        for (input, columns) in columns(x).enumerate() {
            if let Some(slot) = dx.want(input) {
                let part = dy.slice_axis(Axis(1), columns);
                slot.update(|d, write| d.zip_mut_with(&part, |d, &p| write.put(d, p)));
            }
        }
    }
}

impl<T: Scalar> Tape<T> {
    /// The inputs side by side: all with B rows, the result as wide as they are together.
    pub fn concat<'t>(&'t self, inputs: &[Var<'t, T>]) -> Var<'t, T> {
        self.apply(Concat, inputs)
    }
}
