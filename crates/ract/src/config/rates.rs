//! One step size, or several to choose from.

use serde::{Deserialize, Serialize};

/// Step sizes. In a file: one number, or a list of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Rates(Vec<f64>);

impl Rates {
    /// A single step size.
    pub fn of(rate: f64) -> Self {
        Self(vec![rate])
    }

    /// All step sizes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = f64> {
        self.0.iter().copied()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    One(f64),
    Several(Vec<f64>),
}

impl From<Written> for Rates {
    fn from(written: Written) -> Self {
        match written {
            Written::One(rate) => Self::of(rate),
            Written::Several(rates) => Self(rates),
        }
    }
}

impl From<Rates> for Written {
    fn from(Rates(rates): Rates) -> Self {
        match rates[..] {
            [rate] => Self::One(rate),
            _ => Self::Several(rates),
        }
    }
}
