//! Elementwise operations of two matrices, of which either may be repeated along its rows, its columns, or both.

use crate::kernels::elementwise;
use crate::{Mat, Scalar, Shape, Slot};
use ndarray::Zip;

/// The shape of an elementwise operation: sides are equal, or 1 where one of the inputs is repeated.
pub(super) fn shape(inputs: &[Shape]) -> Result<Shape, String> {
    let [a, b] = inputs else { return Err(format!("it takes two inputs, not {}", inputs.len())) };
    let side = |a: usize, b: usize| if a == b || b == 1 { Some(a) } else { (a == 1).then_some(b) };
    match (side(a.rows, b.rows), side(a.cols, b.cols)) {
        (Some(rows), Some(cols)) => Ok(Shape::new(rows, cols)),
        _ => Err(format!("the left side is {a}, the right side {b}")),
    }
}

/// `y = f(a, b)`.
pub(super) fn forward<T: Scalar>(y: &mut Mat<T>, a: &Mat<T>, b: &Mat<T>, f: impl Fn(T, T) -> T + Sync) {
    if a.dim() == y.dim() && b.dim() == y.dim() {
        elementwise::zip(y, a, b, |y, a, b| *y = f(a, b));
    } else {
        Zip::from(y).and_broadcast(a).and_broadcast(b).for_each(|y, &a, &b| *y = f(a, b));
    }
}

/// Adds `f(dy, a, b)` to the gradient of an input: where the input was repeated, the sum over its repetitions.
pub(super) fn backward<T: Scalar>(
    slot: Slot<'_, T>,
    dy: &Mat<T>,
    a: &Mat<T>,
    b: &Mat<T>,
    f: impl Fn(T, T, T) -> T + Sync,
) {
    slot.update(|d, beta| {
        if beta == T::zero() {
            d.fill(T::zero());
        }
        if a.dim() == dy.dim() && b.dim() == dy.dim() {
            elementwise::zip3(d, dy, a, b, |d, dy, a, b| *d += f(dy, a, b));
            return;
        }
        let (rows, cols) = d.dim();
        Zip::indexed(dy).and_broadcast(a).and_broadcast(b).for_each(|(i, j), &dy, &a, &b| {
            d[(if rows == 1 { 0 } else { i }, if cols == 1 { 0 } else { j })] += f(dy, a, b);
        });
    });
}
