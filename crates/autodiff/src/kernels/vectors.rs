//! Which of the processor's vectors the kernels use.

use pulp::Arch;
use std::fmt::{self, Display};
use std::str::FromStr;
use std::sync::OnceLock;

static CHOSEN: OnceLock<Vectors> = OnceLock::new();

/// Which of the processor's vectors the kernels use. Every result has the same bits with each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vectors {
    /// The widest that the processor has.
    #[default]
    Widest,
    /// Vectors of 512 bits.
    Avx512,
    /// Vectors of 256 bits.
    Avx2,
    /// None that are chosen at run time: what every processor of this architecture has. The reference of the others: products
    /// are some hundred times slower.
    Portable,
}

/// Why vectors cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VectorsError {
    /// The processor has none of that kind.
    #[error("this processor has no vectors of the kind {0}: choose others")]
    Missing(Vectors),
    /// The kernels use others already.
    #[error("the kernels use vectors of the kind {0} already: choose before anything is computed")]
    InUse(Vectors),
}

impl Vectors {
    /// Uses these from now on. It can be said once, before anything is computed.
    ///
    /// # Errors
    /// When this processor has none of that kind, or when something was computed or chosen before.
    pub fn choose(self) -> Result<(), VectorsError> {
        if of_kind(self).is_none() {
            return Err(VectorsError::Missing(self));
        }
        if *CHOSEN.get_or_init(|| self) == self { Ok(()) } else { Err(VectorsError::InUse(Self::chosen())) }
    }

    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Widest, Self::Avx512, Self::Avx2, Self::Portable];

    /// What the kernels of this process use, such as AVX-512.
    pub fn in_use() -> &'static str {
        match arch() {
            Arch::Scalar => "portable code",
            #[cfg(target_arch = "x86_64")]
            Arch::V3(_) => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Arch::V4(_) => "AVX-512",
            #[cfg(target_arch = "aarch64")]
            Arch::Neon(_) | Arch::NeonFcma(_) => "NEON",
            _ => "other vectors",
        }
    }

    /// What was chosen; the widest, if nothing was.
    pub fn chosen() -> Self {
        *CHOSEN.get_or_init(Self::default)
    }
}

impl Display for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Widest => "widest",
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        })
    }
}

impl FromStr for Vectors {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|vectors| vectors.to_string() == name);
        found.ok_or_else(|| {
            format!("there are no vectors '{name}': write one of {}", Self::ALL.map(|v| v.to_string()).join(", "))
        })
    }
}

/// The kind of vector that all kernels compute with.
pub(crate) fn arch() -> Arch {
    match Vectors::chosen() {
        Vectors::Widest => Arch::new(),
        narrower => of_kind(narrower).unwrap_or(Arch::Scalar),
    }
}

/// Vectors of that kind, if this machine has them.
#[cfg(target_arch = "x86_64")]
fn of_kind(vectors: Vectors) -> Option<Arch> {
    match vectors {
        Vectors::Widest => Some(Arch::new()),
        Vectors::Avx512 => pulp::x86::V4::try_new().map(Arch::V4),
        Vectors::Avx2 => pulp::x86::V3::try_new().map(Arch::V3),
        Vectors::Portable => Some(Arch::Scalar),
    }
}

/// Vectors of that kind, if this machine has them.
#[cfg(not(target_arch = "x86_64"))]
fn of_kind(vectors: Vectors) -> Option<Arch> {
    match vectors {
        Vectors::Widest => Some(Arch::new()),
        Vectors::Avx512 | Vectors::Avx2 => None,
        Vectors::Portable => Some(Arch::Scalar),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_chosen_once() {
        assert_eq!(Vectors::chosen().choose(), Ok(()));
        let message = "the kernels use vectors of the kind widest already: choose before anything is computed";
        assert_eq!(Vectors::Portable.choose().unwrap_err().to_string(), message);
    }
}
