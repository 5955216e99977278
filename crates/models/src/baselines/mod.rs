//! The baselines, one per file, and their registry. A baseline is a recommender that is not trained by gradients.

mod als;
mod co_counts;
mod ease;
mod inverse;
pub(crate) mod knn;
pub(crate) mod memory;
mod popularity;
mod slim;
mod sparse_weights;
mod weighted_ease;

pub use ease::{Ease, Weighting};
pub use memory::free_memory;
pub use popularity::Popularity;
pub use sparse_weights::SparseWeights;

use crate::registry::{Entry, Registered};
use ndarray::Array2;
use ract_data::Interactions;
use std::collections::BTreeMap;

/// A fitted recommender.
pub trait Baseline: Send + Sync {
    /// The scores of all items, B x I, for B users whose items are the rows of `fold_in` (B x I).
    fn scores(&self, fold_in: &Interactions) -> Array2<f32>;
}

/// Why a baseline cannot be fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// A parameter is out of range.
    #[error("{parameter} is {value}: {expected}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The values that are allowed, as the rest of a sentence.
        expected: &'static str,
    },
    /// The fit would need more memory than is available.
    #[error("{need} GB of memory are needed, {available} GB are free: {way_out}")]
    Memory {
        /// The memory that the fit needs, in gigabytes.
        need: f64,
        /// The memory that is available, in gigabytes.
        available: f64,
        /// What to do about it.
        way_out: String,
    },
    /// A system of equations has no solution in this precision.
    #[error("{0}")]
    Singular(String),
}

/// The parameters of a fit, by name. All parameters of the baseline must be present: a missing one is an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(pub BTreeMap<&'static str, f64>);

impl Parameters {
    /// The value of a parameter, whatever it is; a missing one is not a number.
    pub(crate) fn number(&self, parameter: &str) -> f64 {
        self.0.get(parameter).copied().unwrap_or(f64::NAN)
    }

    /// The value of a parameter, which must be at least `least`.
    ///
    /// # Errors
    /// When it is missing, smaller or not a finite number.
    pub fn at_least(&self, parameter: &'static str, least: f64, expected: &'static str) -> Result<f64, BaselineError> {
        let value = self.number(parameter);
        if value >= least && value.is_finite() {
            Ok(value)
        } else {
            Err(BaselineError::Parameter { parameter, value, expected })
        }
    }

    /// The value of a parameter that is a whole number of at least `least`.
    ///
    /// # Errors
    /// As for [`at_least`](Self::at_least), and when the value is not a whole number or is above `u32::MAX`.
    pub fn whole(&self, parameter: &'static str, least: u32, expected: &'static str) -> Result<usize, BaselineError> {
        let value = self.at_least(parameter, least.into(), expected)?;
        if value.fract() == 0.0 && value <= f64::from(u32::MAX) {
            Ok(value as usize)
        } else {
            Err(BaselineError::Parameter { parameter, value, expected })
        }
    }
}

/// One parameter of a baseline.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name in configurations and results.
    pub name: &'static str,
    /// The values to try, unless a configuration names others.
    pub grid: &'static [f64],
    /// What the values 0, 1, 2 and so on stand for. It is empty for a parameter that is a number.
    pub names: &'static [&'static str],
}

impl Parameter {
    /// A number.
    pub(crate) const fn number(name: &'static str, grid: &'static [f64]) -> Self {
        Self { name, grid, names: &[] }
    }

    /// A choice: the value k stands for `names[k]`.
    pub(crate) const fn choice(name: &'static str, grid: &'static [f64], names: &'static [&'static str]) -> Self {
        Self { name, grid, names }
    }

    /// A value for people: its name, if it has one.
    pub fn shown(&self, value: f64) -> String {
        // A cast of NaN or of a negative number gives 0, so only the number itself may find a name.
        let place = value as usize;
        self.names.get(place).filter(|_| place as f64 == value).map_or_else(|| value.to_string(), ToString::to_string)
    }
}

/// A fitted baseline, or the reason why the fit failed.
pub type Fitted = Result<Box<dyn Baseline>, BaselineError>;

/// An entry of the registry of baselines.
#[derive(Clone, Copy)]
pub struct BaselineEntry {
    /// The name in configurations and results.
    pub name: &'static str,
    /// The name in tables.
    pub label: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Fits the baseline to the training users.
    pub fit: fn(&Interactions, &Parameters) -> Fitted,
}

impl BaselineEntry {
    /// The value of the parameter with this name, for people.
    pub fn shown(&self, parameter: &str, value: f64) -> String {
        let known = self.parameters.iter().find(|known| known.name == parameter);
        known.map_or_else(|| value.to_string(), |known| known.shown(value))
    }
}

/// All baselines. To add one, write a file beside this one and add a line here.
pub static BASELINES: &[BaselineEntry] = &[
    BaselineEntry { name: "popularity", label: "popularity", parameters: &[], fit: popularity::fit },
    BaselineEntry { name: "knn", label: "item kNN", parameters: knn::PARAMETERS, fit: knn::fit },
    BaselineEntry { name: "als", label: "WMF (ALS)", parameters: als::PARAMETERS, fit: als::fit },
    BaselineEntry { name: "slim", label: "SLIM", parameters: slim::PARAMETERS, fit: slim::fit },
    BaselineEntry { name: "ease", label: "EASE", parameters: ease::PARAMETERS, fit: ease::fit },
    BaselineEntry {
        name: "weighted_ease",
        label: "weighted EASE",
        parameters: weighted_ease::PARAMETERS,
        fit: weighted_ease::fit,
    },
];

/// A baseline, identified by its name.
pub type Method = Entry<BaselineEntry>;

impl Registered for BaselineEntry {
    const WHAT: &'static str = "baseline";

    fn registry() -> &'static [Self] {
        BASELINES
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_baseline_refuses_parameters_out_of_range_with_a_full_sentence() {
        let train = Interactions::from_rows(3, [vec![0, 1], vec![1, 2]]);
        for entry in BASELINES {
            let at_start = entry.parameters.iter().map(|p| (p.name, p.grid[0])).collect::<BTreeMap<_, _>>();
            assert!((entry.fit)(&train, &Parameters(at_start.clone())).is_ok(), "{}", entry.name);
            for parameter in entry.parameters {
                for value in [-1.0, f64::NAN, f64::INFINITY] {
                    let mut wrong = at_start.clone();
                    wrong.insert(parameter.name, value);
                    let error = (entry.fit)(&train, &Parameters(wrong)).err().map(|error| error.to_string());
                    let error = error.unwrap_or_else(|| panic!("{} takes {} = {value}", entry.name, parameter.name));
                    assert!(error.starts_with(&format!("{} is {value}: it must be ", parameter.name)), "{error}");
                }
            }
        }
    }

    #[test]
    fn factors_that_no_memory_holds_are_refused() {
        let train = Interactions::from_rows(3, [vec![0, 1], vec![1, 2]]);
        let als = Method::named("als").unwrap();
        let parameters =
            Parameters(BTreeMap::from([("factors", 1e8), ("alpha", 1.0), ("lambda", 1.0), ("iterations", 1.0)]));
        let error = (als.fit)(&train, &parameters).err().unwrap().to_string();
        assert!(error.starts_with("factors is 100000000: it must be 10000 at most"), "{error}");
    }

    #[test]
    fn a_choice_is_shown_by_its_name_and_anything_else_as_a_number() {
        let knn = Method::named("knn").unwrap();
        assert_eq!(knn.shown("weighting", 3.0), "BM25");
        for value in [-1.0, 0.5, 5.0] {
            assert_eq!(knn.shown("weighting", value), value.to_string());
        }
        assert_eq!((knn.shown("shrink", 0.0), knn.shown("gone", 1.5)), ("0".to_owned(), "1.5".to_owned()));
    }

    #[test]
    fn a_fraction_is_refused_where_a_whole_number_is_required() {
        let parameters = Parameters(BTreeMap::from([("neighbours", 50.5)]));
        assert!(parameters.whole("neighbours", 1, "it must be whole").is_err());
    }
}
