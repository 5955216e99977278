//! Vectors of the kind that [`Vectors`] says: the widest that the machine has, unless a narrower one was chosen.

use super::scratch::Reused;
use crate::Vectors;
use pulp::{Arch, Simd};
use std::ops::Add;

/// The kind of vector that all kernels compute with.
pub(crate) fn arch() -> Arch {
    match Vectors::chosen() {
        Vectors::Widest => Arch::new(),
        narrower => of_kind(narrower).unwrap_or(Arch::Scalar),
    }
}

/// Vectors of that kind, if this machine has them.
#[cfg(target_arch = "x86_64")]
pub(crate) fn of_kind(vectors: Vectors) -> Option<Arch> {
    match vectors {
        Vectors::Widest => Some(Arch::new()),
        Vectors::Avx512 => pulp::x86::V4::try_new().map(Arch::V4),
        Vectors::Avx2 => pulp::x86::V3::try_new().map(Arch::V3),
        Vectors::Portable => Some(Arch::Scalar),
    }
}

/// Vectors of that kind, if this machine has them.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn of_kind(vectors: Vectors) -> Option<Arch> {
    match vectors {
        Vectors::Widest => Some(Arch::new()),
        Vectors::Avx512 | Vectors::Avx2 => None,
        Vectors::Portable => Some(Arch::Scalar),
    }
}

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

    /// Number of lanes.
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! lanes {
    ($t:ty, $vector:ident, $splat:ident, $mul_add:ident, $add:ident, $vectors:ident, $vectors_mut:ident) => {
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
        }
    };
}

lanes!(f32, f32s, splat_f32s, mul_add_f32s, add_f32s, as_simd_f32s, as_mut_simd_f32s);
lanes!(f64, f64s, splat_f64s, mul_add_f64s, add_f64s, as_simd_f64s, as_mut_simd_f64s);
