//! The first layer: a sparse batch times a dense matrix.

use super::affine::affine_shape;
use crate::kernels::{rows::add_rows, sparse};
use crate::{Mat, Op, Scalar, Shape, Slots, Sparse, Tape, Var};
use std::sync::Arc;

/// `y = x w + b` for a constant sparse `x`; `dw = x' dy`, `db` = sum of the rows of `dy`. The batch is never made dense:
/// the work is one row of `w` per entry of `x`.
struct SparseAffine<T> {
    x: Arc<Sparse<T>>,
}

impl<T: Scalar> Op<T> for SparseAffine<T> {
    fn name(&self) -> &'static str {
        "sparse_affine"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        affine_shape(Shape::new(self.x.rows(), self.x.cols()), inputs[0], inputs[1])
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        sparse::affine(&self.x, x[0], x[1], y);
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            let x = sparse::Transposed::of(&self.x);
            slot.update_rows(&x.items, |dw| x.product(dy, dw));
        }
        if let Some(slot) = dx.want(1) {
            slot.update(|db, write| add_rows(dy, write, db));
        }
    }
}

impl<T: Scalar> Tape<T> {
    /// A dense layer on a constant sparse input: `x` is B x I, `weights` I x n, `bias` 1 x n; the result is B x n.
    pub fn sparse_affine<'t>(&'t self, x: &Arc<Sparse<T>>, weights: Var<'t, T>, bias: Var<'t, T>) -> Var<'t, T> {
        self.apply(SparseAffine { x: Arc::clone(x) }, &[weights, bias])
    }
}
