//! The dense layer.

use crate::kernels::gemm::{Start, gemm};
use crate::kernels::rows::add_rows;
use crate::{Mat, Op, Products, Scalar, Shape, Slots, Var};

/// `y = x w + b`, the 1 x n row `b` added to every row; `dx = dy w'`, `dw = x' dy`, `db` = sum of the rows of `dy`.
struct Affine {
    products: Products,
}

impl<T: Scalar> Op<T> for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        affine_shape(inputs[0], inputs[1], inputs[2])
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let bias = x[2].as_slice().unwrap_or(&[]);
        gemm(self.products, x[0].view(), x[1].view(), Start::Row(bias), y);
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(2) {
            slot.update(|db, write| add_rows(dy, write, db));
        }
        if let Some(slot) = dx.want(1) {
            slot.update(|dw, write| gemm(self.products, x[0].t(), dy.view(), write.into(), dw));
        }
        if let Some(slot) = dx.want(0) {
            slot.update(|dx, write| gemm(self.products, dy.view(), x[1].t(), write.into(), dx));
        }
    }
}

/// The shape of `x w + b`.
pub(super) fn affine_shape(x: Shape, weights: Shape, bias: Shape) -> Result<Shape, String> {
    if x.cols != weights.rows {
        return Err(format!("x is {x}, weights are {weights}"));
    }
    if bias != Shape::new(1, weights.cols) {
        return Err(format!("weights are {weights}, bias is {bias}, not 1 x {}", weights.cols));
    }
    Ok(Shape::new(x.rows, weights.cols))
}

impl<'t, T: Scalar> Var<'t, T> {
    /// A dense layer: `self` is B x m, `weights` m x n, `bias` 1 x n; the result is B x n.
    ///
    /// ```
    /// use ndarray::array;
    /// use ract_autodiff::Tape;
    ///
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[1.0, 2.0]]);
    /// let (weights, bias) = (tape.input(array![[3.0, 4.0], [5.0, 6.0]]), tape.input(array![[0.5, -0.5]]));
    /// assert_eq!(x.affine(weights, bias).value()?, &array![[13.5, 15.5]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn affine(self, weights: Var<'t, T>, bias: Var<'t, T>) -> Self {
        self.tape().apply(Affine { products: self.tape().products() }, &[self, weights, bias])
    }
}
