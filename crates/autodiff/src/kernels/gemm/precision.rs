//! How exactly products of matrices are computed.

use std::fmt::{self, Display};

/// How exactly large products of `f32` are computed. Sums are in `f32` always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// As they are: the same bits on every machine. The largest error is about 7e-7 of the largest value.
    #[default]
    F32,
    /// Each number is split into two of bf16, and three of the four products are added: an error of about 4e-6.
    Bf16x3,
    /// Each number is rounded to bf16: an error of about 2e-3.
    Bf16,
}

impl Precision {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::F32, Self::Bf16x3, Self::Bf16];
}

impl Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::Bf16x3 => "bf16x3",
            Self::Bf16 => "bf16",
        })
    }
}
