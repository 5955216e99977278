//! Matrix products, with either side transposed or not.

use crate::kernels::gemm::{Start, gemm};
use crate::{Mat, Op, Products, Scalar, Shape, Slots, Var};
use ndarray::ArrayView2;

/// `y = a b`, where a and b are the inputs or their transposes; `da = dy b'`, `db = a' dy`.
struct Matmul {
    /// Of the left and of the right side.
    transposed: [bool; 2],
    products: Products,
}

impl Matmul {
    fn side<'a, T>(&self, x: &[&'a Mat<T>], side: usize) -> ArrayView2<'a, T> {
        if self.transposed[side] { x[side].t() } else { x[side].view() }
    }
}

impl<T: Scalar> Op<T> for Matmul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn numbers(&self) -> Vec<(&'static str, f64)> {
        let sides = ["transposed_left", "transposed_right"].into_iter().zip(self.transposed);
        sides.filter(|&(_, transposed)| transposed).map(|(side, _)| (side, 1.0)).collect()
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let sides = [0, 1].map(|side| {
            let Shape { rows, cols } = inputs[side];
            if self.transposed[side] { Shape::new(cols, rows) } else { inputs[side] }
        });
        let names = [0, 1].map(|side| if self.transposed[side] { ", transposed," } else { "" });
        let [a, b] = sides;
        if a.cols == b.rows {
            return Ok(Shape::new(a.rows, b.cols));
        }
        Err(format!("the left side{} is {a}, the right side{} {b}", names[0], names[1]))
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        gemm(self.products, self.side(x, 0), self.side(x, 1), Start::Zero, y);
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let (a, b) = (self.side(x, 0), self.side(x, 1));
        if let Some(slot) = dx.want(0) {
            // (dy b')' = b dy'
            slot.update(|da, write| match self.transposed[0] {
                false => gemm(self.products, dy.view(), b.t(), write.into(), da),
                true => gemm(self.products, b, dy.t(), write.into(), da),
            });
        }
        if let Some(slot) = dx.want(1) {
            slot.update(|db, write| match self.transposed[1] {
                false => gemm(self.products, a.t(), dy.view(), write.into(), db),
                true => gemm(self.products, dy.t(), a, write.into(), db),
            });
        }
    }
}

fn product<'t, T: Scalar>(transposed: [bool; 2], a: Var<'t, T>, b: Var<'t, T>) -> Var<'t, T> {
    a.tape().apply(Matmul { transposed, products: a.tape().products() }, &[a, b])
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The product of `self`, m x k, and `other`, k x n: m x n.
    #[must_use]
    pub fn matmul(self, other: Var<'t, T>) -> Self {
        product([false, false], self, other)
    }

    /// The product of `self`, m x k, and the transpose of `other`, n x k: m x n.
    #[must_use]
    pub fn matmul_t(self, other: Var<'t, T>) -> Self {
        product([false, true], self, other)
    }

    /// The product of the transpose of `self`, k x m, and `other`, k x n: m x n.
    #[must_use]
    pub fn t_matmul(self, other: Var<'t, T>) -> Self {
        product([true, false], self, other)
    }
}
