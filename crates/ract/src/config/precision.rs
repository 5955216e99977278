//! How exactly products are computed.

use ract_autodiff::{Products, Unit};
use serde::{Deserialize, Serialize};

/// How exactly the large products of training and evaluation are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lower")]
pub enum Precision {
    /// In `f32`: the same bits on every machine.
    #[default]
    F32,
    /// In three products of bf16: nearly as exact as `f32`.
    Bf16x3,
    /// In one product of bf16.
    Bf16,
    /// In three products of bf16 where the processor has a tile unit, elsewhere in `f32`.
    Auto,
}

/// How [`Unit`] is written in files: `amx`, `avx512-bf16` or `portable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct UnitName(pub Unit);

impl From<UnitName> for String {
    fn from(unit: UnitName) -> Self {
        unit.0.to_string()
    }
}

impl TryFrom<String> for UnitName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map(Self)
    }
}

impl Precision {
    /// Whether it is the default.
    pub(super) fn is_f32(&self) -> bool {
        *self == Self::F32
    }

    /// The precision that is asked for; `None` if the machine decides.
    pub fn precision(self) -> Option<ract_autodiff::Precision> {
        match self {
            Self::F32 => Some(ract_autodiff::Precision::F32),
            Self::Bf16x3 => Some(ract_autodiff::Precision::Bf16x3),
            Self::Bf16 => Some(ract_autodiff::Precision::Bf16),
            Self::Auto => None,
        }
    }

    /// How products are computed on this machine: by that unit, or by the fastest if none is named.
    ///
    /// # Errors
    /// When the machine does not have the unit. The error is a sentence that names the key.
    pub fn products(self, unit: Option<UnitName>) -> Result<Products, String> {
        let Some(precision) = self.precision() else { return Ok(Products::auto()) };
        match unit {
            Some(UnitName(unit)) => Products::by(unit, precision).map_err(|error| format!("bf16_unit: {error}")),
            None => Ok(Products::fastest(precision)),
        }
    }
}
