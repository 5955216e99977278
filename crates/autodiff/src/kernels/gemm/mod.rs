//! Dense matrix products.
//!
//! Both operands are packed into panels, and the product is computed tile by tile in registers. How the work is cut depends
//! on the shapes alone, and each number is summed in one order, so that the number of threads changes no bit.

mod bf16;
mod cut;
mod exact;
mod kernel;
mod precision;
mod products;
mod start;

use crate::{Error, Mat, Result, Scalar};
pub use bf16::Unit;
use bf16::{Bf16, Parts};
use exact::Exact;
use ndarray::{ArrayView2, ArrayViewMut2};
pub use precision::Precision;
pub use products::{Products, UnitError};
pub(crate) use start::Start;

/// `c = start + a b`.
pub(crate) fn gemm<T: Scalar>(
    products: Products,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
    start: Start<'_, T>,
    c: &mut Mat<T>,
) {
    T::gemm(products, a, b, start, c);
}

/// `c += a b` in the precision of the numbers, on this thread: for what is computed outside of tapes and cut for the threads
/// already. The rows of `c` must lie in one piece each.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::add_product;
///
/// let mut c = array![[1.0]];
/// add_product(array![[2.0, 3.0]].view(), array![[4.0], [5.0]].view(), c.view_mut())?;
/// assert_eq!(c, array![[24.0]]);
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not fit, or the rows of `c` do not lie in one piece.
pub fn add_product<T: Scalar>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>, mut c: ArrayViewMut2<'_, T>) -> Result<()> {
    let fits = (a.nrows(), a.ncols(), b.ncols()) == (c.nrows(), b.nrows(), c.ncols());
    if !fits || c.rows_mut().into_iter().any(|mut row| row.as_slice_mut().is_none()) {
        let message = format!("{:?} += {:?} x {:?}, rows in one piece", c.dim(), a.dim(), b.dim());
        return Err(Error::Shape { op: "add_product", name: None, message });
    }
    cut::product(Exact, a, b, Start::Result, c);
    Ok(())
}

/// Numbers of which matrices can be multiplied.
pub trait Multiply: Sized {
    #[doc(hidden)]
    fn gemm(
        products: Products,
        a: ArrayView2<'_, Self>,
        b: ArrayView2<'_, Self>,
        start: Start<'_, Self>,
        c: &mut Mat<Self>,
    );
}

impl Multiply for f64 {
    fn gemm(_: Products, a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, start: Start<'_, f64>, c: &mut Mat<f64>) {
        cut::cut(Exact, a, b, start, c);
    }
}

impl Multiply for f32 {
    fn gemm(
        products: Products,
        a: ArrayView2<'_, f32>,
        b: ArrayView2<'_, f32>,
        start: Start<'_, f32>,
        c: &mut Mat<f32>,
    ) {
        let parts = |precision| if precision == Precision::Bf16x3 { Parts::Two } else { Parts::One };
        match products.of_size(c.len() * a.ncols()) {
            Some((precision, unit)) => cut::cut(Bf16 { unit, parts: parts(precision) }, a, b, start, c),
            None => cut::cut(Exact, a, b, start, c),
        }
    }
}

#[cfg(test)]
mod tests;
