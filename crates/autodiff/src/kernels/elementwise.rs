//! Elementwise loops over whole matrices, on vectors, and in parallel when that pays.

use super::slices;
use crate::{Mat, Scalar};
use ndarray::Zip;
use rayon::prelude::*;

/// Elements of one task. With fewer, the work would be done before other threads wake up.
pub(crate) const CHUNK: usize = 1 << 17;

/// `f(&mut y, a)` for every element.
pub(crate) fn map<T: Scalar>(y: &mut Mat<T>, a: &Mat<T>, f: impl Fn(&mut T, T) + Sync) {
    assert_eq!(y.dim(), a.dim(), "an op's matrices differ in shape");
    let (Some(y), Some(a)) = (y.as_slice_mut(), a.as_slice()) else {
        return Zip::from(y).and(a).for_each(|y, &a| f(y, a));
    };
    y.par_chunks_mut(CHUNK).zip(a.par_chunks(CHUNK)).for_each(|(y, a)| {
        slices::map(y, a, &f);
    });
}

/// `f(&mut y, a, b)` for every element.
pub(crate) fn zip<T: Scalar>(y: &mut Mat<T>, a: &Mat<T>, b: &Mat<T>, f: impl Fn(&mut T, T, T) + Sync) {
    assert_eq!((y.dim(), y.dim()), (a.dim(), b.dim()), "an op's matrices differ in shape");
    let (Some(y), Some(a), Some(b)) = (y.as_slice_mut(), a.as_slice(), b.as_slice()) else {
        return Zip::from(y).and(a).and(b).for_each(|y, &a, &b| f(y, a, b));
    };
    y.par_chunks_mut(CHUNK).zip(a.par_chunks(CHUNK)).zip(b.par_chunks(CHUNK)).for_each(|((y, a), b)| {
        slices::zip(y, a, b, &f);
    });
}

/// `f(&mut y, a, b, c)` for every element.
pub(crate) fn zip3<T: Scalar>(y: &mut Mat<T>, a: &Mat<T>, b: &Mat<T>, c: &Mat<T>, f: impl Fn(&mut T, T, T, T) + Sync) {
    let shapes = [a.dim(), b.dim(), c.dim()];
    assert_eq!([y.dim(); 3], shapes, "an op's matrices differ in shape");
    let (Some(y), Some(a), Some(b), Some(c)) = (y.as_slice_mut(), a.as_slice(), b.as_slice(), c.as_slice()) else {
        return Zip::from(y).and(a).and(b).and(c).for_each(|y, &a, &b, &c| f(y, a, b, c));
    };
    let chunks = y.par_chunks_mut(CHUNK).zip(a.par_chunks(CHUNK)).zip(b.par_chunks(CHUNK)).zip(c.par_chunks(CHUNK));
    chunks.for_each(|(((y, a), b), c)| {
        slices::zip3(y, a, b, c, &f);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn large_matrices_are_treated_as_small_ones_are() {
        let side = 2 * (CHUNK as f64).sqrt() as usize + 1;
        let a = Mat::from_shape_fn((side, side), |(i, j)| (i * side + j) as f64);
        let mut y = Mat::zeros((side, side));
        map(&mut y, &a, |y, a| *y = a + 1.0);
        assert_eq!(y, &a + 1.0);
        zip(&mut y, &a, &a, |y, a, b| *y += a * b);
        assert_eq!(y, &a + 1.0 + &a * &a);
        zip3(&mut y, &a, &a, &a, |y, a, b, c| *y = a + b - c);
        assert_eq!(y, a);
    }
}
