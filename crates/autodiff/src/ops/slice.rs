//! Some of the rows or of the columns, next to each other.

use crate::{Mat, Op, Scalar, Shape, Slots, Var};
use ndarray::{Axis, Slice};
use std::ops::Range;

/// `y` = the rows (axis 0) or columns (axis 1) of `x` in a range; `dx` = `dy` there, 0 elsewhere.
struct SliceAxis {
    axis: Axis,
    range: Range<usize>,
}

impl SliceAxis {
    fn slice(&self) -> Slice {
        Slice::from(self.range.clone())
    }
}

impl<T: Scalar> Op<T> for SliceAxis {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let Shape { rows, cols } = inputs[0];
        let (what, len) = if self.axis == Axis(0) { ("rows", rows) } else { ("columns", cols) };
        let Range { start, end } = self.range;
        if start > end || end > len {
            return Err(format!("x is {}: it has no {what} {start}..{end}", inputs[0]));
        }
        let taken = end - start;
        Ok(if self.axis == Axis(0) { Shape::new(taken, cols) } else { Shape::new(rows, taken) })
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        y.assign(&x[0].slice_axis(self.axis, self.slice()));
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.accumulate(|dx| {
            let mut part = dx.slice_axis_mut(self.axis, self.slice());
            part += dy;
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// The rows in `range`: m x n to (length of the range) x n.
    #[must_use]
    pub fn rows(self, range: Range<usize>) -> Self {
        self.tape().apply(SliceAxis { axis: Axis(0), range }, &[self])
    }

    /// The columns in `range`: m x n to m x (length of the range).
    #[must_use]
    pub fn columns(self, range: Range<usize>) -> Self {
        self.tape().apply(SliceAxis { axis: Axis(1), range }, &[self])
    }
}
