//! Elementwise loops over whole matrices, in parallel when that pays.

use crate::{Mat, Scalar};
use ndarray::Zip;

/// Below this many elements a loop is done before the other threads have woken up.
const PARALLEL_FROM: usize = 1 << 14;

/// `f(&mut y, a)` for every element.
pub(crate) fn map<T: Scalar>(y: &mut Mat<T>, a: &Mat<T>, f: impl Fn(&mut T, T) + Sync) {
    let loops = Zip::from(y).and(a);
    if loops.size() < PARALLEL_FROM {
        loops.for_each(|y, &a| f(y, a));
    } else {
        loops.par_for_each(|y, &a| f(y, a));
    }
}

/// `f(&mut y, a, b)` for every element.
pub(crate) fn zip<T: Scalar>(y: &mut Mat<T>, a: &Mat<T>, b: &Mat<T>, f: impl Fn(&mut T, T, T) + Sync) {
    let loops = Zip::from(y).and(a).and(b);
    if loops.size() < PARALLEL_FROM {
        loops.for_each(|y, &a, &b| f(y, a, b));
    } else {
        loops.par_for_each(|y, &a, &b| f(y, a, b));
    }
}

/// `f(&mut x, &mut y, &mut z, a)` for every element.
pub(crate) fn update3<T: Scalar>(
    x: &mut Mat<T>,
    y: &mut Mat<T>,
    z: &mut Mat<T>,
    a: &Mat<T>,
    f: impl Fn(&mut T, &mut T, &mut T, T) + Sync,
) {
    let loops = Zip::from(x).and(y).and(z).and(a);
    if loops.size() < PARALLEL_FROM {
        loops.for_each(|x, y, z, &a| f(x, y, z, a));
    } else {
        loops.par_for_each(|x, y, z, &a| f(x, y, z, a));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_matrices_are_treated_as_small_ones_are() {
        let side = 2 * (PARALLEL_FROM as f64).sqrt() as usize;
        let a = Mat::from_shape_fn((side, side), |(i, j)| (i * side + j) as f64);
        let mut y = Mat::zeros((side, side));
        map(&mut y, &a, |y, a| *y = a + 1.0);
        assert_eq!(y, &a + 1.0);
        zip(&mut y, &a, &a, |y, a, b| *y += a * b);
        assert_eq!(y, &a + 1.0 + &a * &a);
    }
}
