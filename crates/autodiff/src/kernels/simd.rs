//! Numbers in the lanes of vectors.

use super::scratch::Reused;
use pulp::Simd;
use std::ops::Add;

/// Numbers that the kernels compute with: `f32` and `f64`.
pub trait Lanes: Reused + Copy + Default + Add<Output = Self> + Send + Sync + 'static {
    /// As many numbers as fit in a register.
    type Vector<S: Simd>: Copy;

    /// The same number in all lanes.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;

    /// `a b + c`.
    fn mul_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;

    /// `a + b`.
    fn plus<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;

    /// The slice as vectors, without what is left at its end.
    fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>];

    /// The same, to be written to.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>];

    /// The same numbers if they are `f32`, none if they are not.
    fn f32s(x: &[Self]) -> &[f32];

    /// The same, to be written to.
    fn f32s_mut(x: &mut [Self]) -> &mut [f32];

    /// Number of lanes.
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! lanes {
    ($t:ty, $vector:ident, $splat:ident, $mul_add:ident, $add:ident, $vectors:ident, $vectors_mut:ident, $f32s:expr) => {
        impl Lanes for $t {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$vector {
                simd.$splat(x)
            }

            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn vectors<S: Simd>(x: &[Self]) -> &[S::$vector] {
                S::$vectors(x).0
            }

            #[inline(always)]
            fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [S::$vector] {
                S::$vectors_mut(x).0
            }

            fn f32s(x: &[Self]) -> &[f32] {
                let f32s: fn(&[Self]) -> &[f32] = $f32s;
                f32s(x)
            }

            fn f32s_mut(x: &mut [Self]) -> &mut [f32] {
                let f32s: fn(&mut [Self]) -> &mut [f32] = $f32s;
                f32s(x)
            }
        }
    };
}

lanes!(f32, f32s, splat_f32s, mul_add_f32s, add_f32s, as_simd_f32s, as_mut_simd_f32s, |x| x);
lanes!(f64, f64s, splat_f64s, mul_add_f64s, add_f64s, as_simd_f64s, as_mut_simd_f64s, |_| Default::default());
