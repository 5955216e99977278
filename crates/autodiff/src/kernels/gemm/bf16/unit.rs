//! What multiplies numbers in bf16.

use crate::kernels::vectors::Vectors;
use std::fmt::{self, Display};
use std::str::FromStr;

/// What multiplies numbers in bf16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The tile unit of newer Xeons: AMX.
    Amx,
    /// The instruction of AVX-512 BF16.
    Avx512,
    /// Code for every processor: the reference of the others, much slower than products in `f32`.
    Portable,
}

impl Unit {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Amx, Self::Avx512, Self::Portable];

    /// Whether this machine has it, and vectors of 512 bits may be used ([`Vectors`]). The tile unit needs the system's
    /// permission, too, which is asked for once.
    #[must_use]
    pub fn is_there(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Amx => are_vectors_wide() && super::amx::is_there(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => are_vectors_wide() && super::avx512::is_there(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Amx | Self::Avx512 => false,
            Self::Portable => true,
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn are_vectors_wide() -> bool {
    matches!(Vectors::chosen(), Vectors::Widest | Vectors::Avx512)
}

impl Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amx => "amx",
            Self::Avx512 => "avx512-bf16",
            Self::Portable => "portable",
        })
    }
}

impl FromStr for Unit {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|unit| unit.to_string() == name);
        found.ok_or_else(|| {
            format!("there is no unit '{name}': write one of {}", Self::ALL.map(|u| u.to_string()).join(", "))
        })
    }
}
