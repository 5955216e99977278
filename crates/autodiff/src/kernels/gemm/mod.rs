//! Dense matrix products.
//!
//! Both operands are packed into panels, and the product is computed tile by tile in registers. How the work is cut depends
//! on the shapes alone, and each number is summed in one order, so that the number of threads changes no bit.

mod cut;
mod exact;
mod kernel;
mod start;

use crate::{Mat, Scalar};
use exact::Exact;
use ndarray::ArrayView2;
pub(crate) use start::Start;

/// `c = start + a b`.
pub(crate) fn gemm<T: Scalar>(a: ArrayView2<'_, T>, b: ArrayView2<'_, T>, start: Start<'_, T>, c: &mut Mat<T>) {
    cut::cut(Exact, a, b, start, c);
}

#[cfg(test)]
mod tests;
