//! The numbers that a tape computes with.

use crate::kernels::math::Functions;
use crate::kernels::ranks::Ranks;
use ndarray::{LinalgScalar, ScalarOperand};
use num_traits::{Float, NumAssign};
use std::fmt::{Debug, Display};
use std::iter::Sum;

/// A real number type: `f32` to train, `f64` to check. There are no others: the kernels are made for these two.
///
/// ```
/// # use ract_autodiff::Scalar;
/// fn half<T: Scalar>(x: T) -> T {
///     x * T::of(0.5)
/// }
/// assert_eq!(half(3.0_f32), 1.5);
/// assert_eq!(half(3.0_f64), 1.5);
/// ```
pub trait Scalar: Functions + Ranks + LinalgScalar + ScalarOperand + Float + NumAssign + Sum + Debug + Display {
    /// The nearest number to `x`.
    ///
    /// ```
    /// # use ract_autodiff::Scalar;
    /// assert_eq!(<f32 as Scalar>::of(0.1), 0.1_f32);
    /// ```
    fn of(x: f64) -> Self;

    /// This number as `f64`, for sums and reports.
    ///
    /// ```
    /// # use ract_autodiff::Scalar;
    /// assert_eq!(0.5_f32.as_f64(), 0.5_f64);
    /// ```
    fn as_f64(self) -> f64;
}

impl Scalar for f32 {
    fn of(x: f64) -> Self {
        x as f32
    }

    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    fn of(x: f64) -> Self {
        x
    }

    fn as_f64(self) -> f64 {
        self
    }
}
