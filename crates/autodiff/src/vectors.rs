//! Which of the processor's vectors the kernels use.

use crate::kernels::simd;
use crate::{Error, Result};
use std::fmt::{self, Display};
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

impl Vectors {
    /// Uses these from now on. It can be said once, before anything is computed.
    ///
    /// # Errors
    /// When this processor has none of that kind, or when something was computed or chosen before.
    pub fn choose(self) -> Result<()> {
        if simd::of_kind(self).is_none() {
            return Err(Error::NoSuchVectors(self));
        }
        if *CHOSEN.get_or_init(|| self) == self { Ok(()) } else { Err(Error::VectorsInUse(Self::chosen())) }
    }

    /// What was chosen; the widest, if nothing was.
    pub fn chosen() -> Self {
        *CHOSEN.get_or_init(Self::default)
    }
}

impl Display for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Widest => "the widest",
            Self::Avx512 => "AVX-512",
            Self::Avx2 => "AVX2",
            Self::Portable => "portable",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_chosen_once() {
        assert_eq!(Vectors::chosen().choose(), Ok(()));
        let message = "the kernels use the widest vectors already: choose before anything is computed";
        assert_eq!(Vectors::Portable.choose().unwrap_err().to_string(), message);
    }
}
