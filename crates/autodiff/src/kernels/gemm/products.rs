//! How exactly products of matrices are computed, and by what.

use super::bf16::{Unit, gain};
use super::precision::Precision;
use std::fmt::{self, Display};

/// This processor has no such unit, or the system does not permit its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this machine has no unit {0} for bf16, or its use is not permitted: name another, or none")]
pub struct UnitError(Unit);

/// How a tape computes large products: in which precision, and by which of the processor's units.
///
/// Products of `f64` are exact always. So are small ones of `f32`, which take no time.
///
/// ```
/// use ract_autodiff::{Precision, Products, Unit};
///
/// let products = Products::by(Unit::Portable, Precision::Bf16)?;
/// assert_eq!(products.to_string(), "bf16, unit portable");
/// assert_eq!(Products::default().to_string(), "f32");
/// # Ok::<(), ract_autodiff::UnitError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Products {
    precision: Precision,
    /// None for products in `f32`.
    unit: Option<Unit>,
    includes_small: bool,
}

/// Smaller products (in multiplications) are in `f32` always: they take no time, and the critic's are among them.
const SMALL: usize = 1 << 23;

impl Products {
    /// In that precision or a better one: by the fastest unit, or in `f32` if no unit is faster.
    #[must_use]
    pub fn fastest(precision: Precision) -> Self {
        let faster = |unit: &Unit| unit.is_there() && gain(*unit, precision) > 1.0;
        match [Unit::Amx, Unit::Avx512].into_iter().find(faster) {
            Some(unit) if precision != Precision::F32 => Self { precision, unit: Some(unit), includes_small: false },
            _ => Self::default(),
        }
    }

    /// Bf16x3 where the tile unit is, elsewhere `f32`.
    #[must_use]
    pub fn auto() -> Self {
        let precision = if Unit::Amx.is_there() { Precision::Bf16x3 } else { Precision::F32 };
        Self::fastest(precision)
    }

    /// By that unit, whether it is faster or not.
    ///
    /// # Errors
    /// When this machine does not have the unit.
    pub fn by(unit: Unit, precision: Precision) -> Result<Self, UnitError> {
        match precision {
            Precision::F32 => Ok(Self::default()),
            _ if unit.is_there() => Ok(Self { precision, unit: Some(unit), includes_small: false }),
            _ => Err(UnitError(unit)),
        }
    }

    /// How many times faster than in `f32` they are when their operands are packed and in cache. It is measured once.
    #[must_use]
    pub fn gain(self) -> f64 {
        self.unit.map_or(1.0, |unit| gain(unit, self.precision))
    }

    /// The same for small products, too, to test the precision on small examples.
    #[must_use]
    pub fn including_small(self) -> Self {
        Self { includes_small: true, ..self }
    }

    /// In which precision and by which unit a product of so many multiplications is computed; `None` for `f32`.
    pub(crate) fn of_size(self, multiplications: usize) -> Option<(Precision, Unit)> {
        let is_reduced = self.includes_small || multiplications >= SMALL;
        self.unit.filter(|_| is_reduced).map(|unit| (self.precision, unit))
    }

    /// The precision that is used.
    #[must_use]
    pub fn precision(self) -> Precision {
        self.precision
    }
}

impl Display for Products {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            None => self.precision.fmt(f),
            Some(unit) => write!(f, "{}, unit {unit}", self.precision),
        }
    }
}
