//! Exponential function, hyperbolic tangent and logarithm, free of branches, so that loops over them run on vectors.
//!
//! In `f32` they are polynomials of plain sums and products; in `f64`, which is there to check gradients, and for the plain
//! logarithm, they are those of the `libm` crate. The system's own functions would give other bits on other systems.

use super::simd::Lanes;

/// Functions of one number.
pub trait Functions: Lanes {
    /// `exp(x)`; in `f32` with a relative error below 2e-7, and 0 below -86.9.
    fn fast_exp(self) -> Self;

    /// `tanh(x)`; in `f32` with a relative error below 3e-7.
    fn fast_tanh(self) -> Self;

    /// `ln(x)`; not on vectors.
    fn ln_of(self) -> Self;

    /// `ln(1 + x)` for x from 0 to 1; in `f32` with a relative error below 3e-7.
    fn fast_ln_1p(self) -> Self;
}

impl Functions for f64 {
    #[inline(always)]
    fn fast_exp(self) -> Self {
        libm::exp(self)
    }

    #[inline(always)]
    fn fast_tanh(self) -> Self {
        libm::tanh(self)
    }

    fn ln_of(self) -> Self {
        libm::log(self)
    }

    #[inline(always)]
    fn fast_ln_1p(self) -> Self {
        libm::log1p(self)
    }
}

impl Functions for f32 {
    /// `2^n exp(r)` with `n` the nearest whole number to `x / ln 2` and a polynomial in the rest `r` (Cephes, `expf`).
    #[inline(always)]
    #[expect(clippy::excessive_precision, reason = "the constants as they were published")]
    fn fast_exp(self) -> Self {
        const LOWEST: f32 = -86.9;
        const HIGHEST: f32 = 89.0;
        /// Adding this rounds to a whole number, which then stands in the lowest bits; subtracting it gives that number.
        const ROUND: f32 = 12_582_912.0;
        const LN_2: [f32; 2] = [0.693_359_375, -2.121_944_40e-4];
        let x = if self < LOWEST { LOWEST } else { self };
        let x = if x > HIGHEST { HIGHEST } else { x };
        let rounded = x * std::f32::consts::LOG2_E + ROUND;
        let n = rounded - ROUND;
        let r = x - n * LN_2[0] - n * LN_2[1];
        let p = 1.987_569_150e-4;
        let p = p * r + 1.398_199_951e-3;
        let p = p * r + 8.333_451_907e-3;
        let p = p * r + 4.166_579_589e-2;
        let p = p * r + 1.666_666_546e-1;
        let p = p * r + 5.000_000_120e-1;
        let p = p * r * r + r + 1.0;
        // 2^(n - 1) and a factor of 2, since 2^128 is no f32, but some of its fractions are.
        let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(126 << 23));
        if self < LOWEST { 0.0 } else { p * power * 2.0 }
    }

    /// A polynomial near 0, `1 - 2 / (exp(2 |x|) + 1)` with the sign of x elsewhere (Cephes, `tanhf`).
    #[inline(always)]
    #[expect(clippy::excessive_precision, reason = "the constants as they were published")]
    fn fast_tanh(self) -> Self {
        let square = self * self;
        let p = -5.704_988_728e-3;
        let p = p * square + 2.063_908_888e-2;
        let p = p * square - 5.373_971_415e-2;
        let p = p * square + 1.333_144_220e-1;
        let p = p * square - 3.333_328_195e-1;
        let near = p * square * self + self;
        let far = 1.0 - 2.0 / ((2.0 * self.abs()).fast_exp() + 1.0);
        let far = if self < 0.0 { -far } else { far };
        if self.abs() < 0.625 { near } else { far }
    }

    fn ln_of(self) -> Self {
        libm::logf(self)
    }

    /// `x` times a polynomial, fitted at Chebyshev's points. Fused, since loops over pairs are bound by its operations.
    #[inline(always)]
    fn fast_ln_1p(self) -> Self {
        let p = 5.253_458e-3_f32;
        let p = p.mul_add(self, -2.958_850_7e-2);
        let p = p.mul_add(self, 7.836_167e-2);
        let p = p.mul_add(self, -1.367_476_7e-1);
        let p = p.mul_add(self, 1.911_143e-1);
        let p = p.mul_add(self, -2.484_437e-1);
        let p = p.mul_add(self, 3.331_927e-1);
        let p = p.mul_add(self, -4.999_95e-1);
        let p = p.mul_add(self, 9.999_999_7e-1);
        p * self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(from: f32, to: f32, found: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        const POINTS: u32 = 400_000;
        let points = (0..=POINTS).map(|i| from + (to - from) * (i as f32 / POINTS as f32));
        let errors = points.map(|x| {
            let exact = exact(f64::from(x));
            (f64::from(found(x)) - exact).abs() / exact.abs().max(1e-30)
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn single_precision_is_kept() {
        assert!(worst(-86.8, 88.7, f32::fast_exp, f64::exp) < 2e-7);
        assert!(worst(-1.0, 1.0, f32::fast_exp, f64::exp) < 2e-7);
        assert!(worst(-10.0, 10.0, f32::fast_tanh, f64::tanh) < 3e-7);
        assert!(worst(-0.7, 0.7, f32::fast_tanh, f64::tanh) < 3e-7);
        assert!(worst(0.0, 1.0, f32::fast_ln_1p, f64::ln_1p) < 3e-7);
    }

    #[test]
    fn what_is_too_small_too_large_or_no_number_stays_so() {
        assert_eq!([0.0, -100.0, f32::NEG_INFINITY].map(f32::fast_exp), [1.0, 0.0, 0.0]);
        assert_eq!([89.5, f32::INFINITY].map(f32::fast_exp), [f32::INFINITY; 2]);
        assert_eq!([0.0, 40.0, -40.0, f32::INFINITY].map(f32::fast_tanh), [0.0, 1.0, -1.0, 1.0]);
        assert!(f32::NAN.fast_exp().is_nan() && f32::NAN.fast_tanh().is_nan());
    }
}
