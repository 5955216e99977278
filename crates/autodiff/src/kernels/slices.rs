//! Loops over slices, compiled for every kind of vector; a call chooses the machine's kind.
//!
//! Each is a struct, because a closure given to [`pulp::Arch::dispatch`] is compiled for plain numbers unless it is inlined.

use super::vectors::arch;
use crate::Scalar;
use pulp::{Simd, WithSimd};

/// Partial results of a reduction. There are as many on every machine, whatever its vectors, so that numbers are joined in
/// the same order everywhere.
const PARTIAL: usize = 64;

/// `f(&mut y, a)` along two slices.
pub(crate) fn map<T: Scalar>(y: &mut [T], a: &[T], f: impl Fn(&mut T, T)) {
    struct Map<'a, T, F>(&'a mut [T], &'a [T], F);
    impl<T: Scalar, F: Fn(&mut T, T)> WithSimd for Map<'_, T, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Self(y, a, f) = self;
            y.iter_mut().zip(a).for_each(|(y, &a)| f(y, a));
        }
    }
    arch().dispatch(Map(y, a, f));
}

/// `f(&mut y, a, b)` along three slices.
pub(crate) fn zip<T: Scalar>(y: &mut [T], a: &[T], b: &[T], f: impl Fn(&mut T, T, T)) {
    struct Zip<'a, T, F>(&'a mut [T], &'a [T], &'a [T], F);
    impl<T: Scalar, F: Fn(&mut T, T, T)> WithSimd for Zip<'_, T, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Self(y, a, b, f) = self;
            y.iter_mut().zip(a).zip(b).for_each(|((y, &a), &b)| f(y, a, b));
        }
    }
    arch().dispatch(Zip(y, a, b, f));
}

/// `f(&mut y, a, b, c)` along four slices.
pub(crate) fn zip3<T: Scalar>(y: &mut [T], a: &[T], b: &[T], c: &[T], f: impl Fn(&mut T, T, T, T)) {
    struct Zip3<'a, T, F>(&'a mut [T], [&'a [T]; 3], F);
    impl<T: Scalar, F: Fn(&mut T, T, T, T)> WithSimd for Zip3<'_, T, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Self(y, [a, b, c], f) = self;
            y.iter_mut().zip(a).zip(b).zip(c).for_each(|(((y, &a), &b), &c)| f(y, a, b, c));
        }
    }
    arch().dispatch(Zip3(y, [a, b, c], f));
}

/// `f(&mut p, &mut m, &mut v, g)` along four slices.
pub(crate) fn update<T: Scalar>(state: [&mut [T]; 3], g: &[T], f: impl Fn(&mut T, &mut T, &mut T, T)) {
    struct Update<'a, T, F>([&'a mut [T]; 3], &'a [T], F);
    impl<T: Scalar, F: Fn(&mut T, &mut T, &mut T, T)> WithSimd for Update<'_, T, F> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            let Self([p, m, v], g, f) = self;
            p.iter_mut().zip(m).zip(v).zip(g).for_each(|(((p, m), v), &g)| f(p, m, v, g));
        }
    }
    arch().dispatch(Update(state, g, f));
}

/// Joins `of(x)` of all elements, starting from `empty`. The order must not matter to `join`, but for rounding.
pub(crate) fn reduce<T: Scalar>(x: &[T], empty: T, of: impl Fn(T) -> T, join: impl Fn(T, T) -> T) -> T {
    struct Reduce<'a, T, F, J>(&'a [T], T, F, J);
    impl<T: Scalar, F: Fn(T) -> T, J: Fn(T, T) -> T> WithSimd for Reduce<'_, T, F, J> {
        type Output = T;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> T {
            let Self(x, empty, of, join) = self;
            let mut partial = [empty; PARTIAL];
            let parts = x.chunks_exact(PARTIAL);
            let rest = parts.remainder();
            for part in parts {
                partial.iter_mut().zip(part).for_each(|(partial, &x)| *partial = join(*partial, of(x)));
            }
            let rest = rest.iter().map(|&x| of(x));
            partial.into_iter().chain(rest).fold(empty, &join)
        }
    }
    arch().dispatch(Reduce(x, empty, of, join))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_of_any_length_are_reduced_whole() {
        for n in [0, 1, PARTIAL - 1, PARTIAL, 3 * PARTIAL + 5] {
            let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
            assert_eq!(reduce(&x, 0.0, |x| x, |a, b| a + b), (n * n.saturating_sub(1) / 2) as f64);
        }
    }
}
