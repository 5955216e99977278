//! The numbers that a tape computes with.

use crate::kernels::gemm::Multiply;
use crate::kernels::math::Functions;
use crate::kernels::ranks::Ranks;
use ndarray::{LinalgScalar, ScalarOperand};
use num_traits::{Float, NumAssign};
use std::fmt::{Debug, Display};
use std::iter::Sum;

/// A real number type: `f32` to train, `f64` to check. There are no others: the kernels are made for these two.
pub trait Scalar:
    Functions + Ranks + Multiply + LinalgScalar + ScalarOperand + Float + NumAssign + Sum + Debug + Display
{
    /// The nearest number to `x`.
    fn of(x: f64) -> Self;

    /// This number as `f64`, for sums and reports.
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
