//! Rows by their numbers: the embedding layer.

use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y_k = x_(rows_k)`, row by row; `dx_r` = sum of `dy_k` over the k with `rows_k = r`.
struct GatherRows {
    rows: Vec<usize>,
}

impl<T: Scalar> Op<T> for GatherRows {
    fn name(&self) -> &'static str {
        "gather_rows"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let x = inputs[0];
        match self.rows.iter().find(|&&row| row >= x.rows) {
            Some(row) => Err(format!("x is {x}: it has no row {row}")),
            None => Ok(Shape::new(self.rows.len(), x.cols)),
        }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        for (mut y, &row) in y.rows_mut().into_iter().zip(&self.rows) {
            y.assign(&x[0].row(row));
        }
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.accumulate(|dx| {
            for (dy, &row) in dy.rows().into_iter().zip(&self.rows) {
                let mut dx = dx.row_mut(row);
                dx += &dy;
            }
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// The given rows, in their order; a row may come more than once. m x n to (number of rows) x n.
    #[must_use]
    pub fn gather_rows(self, rows: Vec<usize>) -> Self {
        self.tape().apply(GatherRows { rows }, &[self])
    }
}
