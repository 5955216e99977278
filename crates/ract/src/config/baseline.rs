//! The experiment file of a baseline: the method, and the parameter values to try.

use super::{Data, Evaluation, Settings};
use ract_models::baselines::{Method, Parameter, Parameters};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// More fits than this are a mistake.
const MOST_FITS: usize = 10_000;

/// The experiment file of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineConfig {
    /// The data set's name in results, such as `ml-20m`.
    pub dataset: String,
    /// Where the interactions come from.
    pub data: Data,
    /// The baseline and the parameter values to try. (`rival` is the key's old name.)
    #[serde(alias = "rival")]
    pub baseline: Tried,
    /// Whether the chosen combination is fitted anew, also on the validation items, before the test. Every user must train.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refit: bool,
    /// The metrics to measure, and the metric that selects.
    #[serde(default)]
    pub evaluation: Evaluation,
}

/// A baseline and the values to try for its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// The baseline.
    pub method: Method,
    /// The values of its parameters, by name. A parameter that is left out takes the registry's values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub grid: BTreeMap<String, Vec<f64>>,
}

impl Settings for BaselineConfig {
    fn check(&self) -> Result<(), String> {
        let Tried { method, grid } = &self.baseline;
        for (name, values) in grid {
            if method.parameters.iter().all(|parameter| parameter.name != name) {
                let names: Vec<_> = method.parameters.iter().map(|parameter| parameter.name).collect();
                return Err(format!("baseline.grid.{name}: {method} has {}", names.join(", ")));
            }
            if values.is_empty() {
                return Err(format!("baseline.grid.{name} is empty: name at least one value"));
            }
            if let Some(value) = values.iter().find(|value| !value.is_finite()) {
                return Err(format!("baseline.grid.{name} has {value} in it: it must be a finite number"));
            }
        }
        let sizes = method.parameters.iter().map(|parameter| self.values(parameter).len());
        let combinations = sizes.fold(1, usize::saturating_mul);
        if combinations > MOST_FITS {
            return Err(format!(
                "baseline.grid asks for {combinations} fits, more than {MOST_FITS}: name fewer values"
            ));
        }
        if self.refit && !matches!(self.data, Data::Path(_)) {
            return Err("refit needs prepared data, in which every user trains: set data.path".to_owned());
        }
        if self.evaluation.metrics.is_empty() {
            return Err("evaluation.metrics is empty: name at least one, such as ndcg@100".to_owned());
        }
        Ok(())
    }
}

impl BaselineConfig {
    /// The values to try for a parameter.
    fn values(&self, parameter: &Parameter) -> &[f64] {
        self.baseline.grid.get(parameter.name).map_or(parameter.grid, Vec::as_slice)
    }

    /// Every combination of the grid. The last parameter changes fastest.
    pub fn combinations(&self) -> Vec<Parameters> {
        let mut combinations = vec![Parameters::default()];
        for parameter in self.baseline.method.parameters {
            let values = self.values(parameter);
            let with = |before: &Parameters, value| {
                let mut with = before.clone();
                with.0.insert(parameter.name, value);
                with
            };
            combinations =
                combinations.iter().flat_map(|before| values.iter().map(move |&value| with(before, value))).collect();
        }
        combinations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn config(method: &str, grid: &[(&str, Vec<f64>)]) -> BaselineConfig {
        BaselineConfig {
            dataset: "x".to_owned(),
            data: Data::Path(PathBuf::from("x")),
            baseline: Tried {
                method: method.parse().unwrap(),
                grid: grid.iter().map(|(name, values)| ((*name).to_owned(), values.clone())).collect(),
            },
            refit: false,
            evaluation: Evaluation::default(),
        }
    }

    #[test]
    fn a_baseline_without_parameters_is_tried_once() {
        assert_eq!(config("popularity", &[]).combinations(), [Parameters::default()]);
    }

    #[test]
    fn unknown_parameters_and_unknown_baselines_are_refused_by_name() {
        let error = config("popularity", &[("lambda", vec![1.0])]).check().unwrap_err();
        assert!(error.starts_with("baseline.grid.lambda: popularity has"), "{error}");
    }

    #[test]
    fn a_value_that_is_not_finite_and_a_grid_without_end_are_refused() {
        let error = |grid: &[(&str, Vec<f64>)]| config("knn", grid).check().unwrap_err();
        for value in [f64::NAN, f64::INFINITY] {
            let expected = format!("baseline.grid.shrink has {value} in it: it must be a finite number");
            assert_eq!(error(&[("shrink", vec![1.0, value])]), expected);
        }
        let many = vec![1.0; 1000];
        let error = error(&[("shrink", many.clone()), ("neighbours", many.clone()), ("weighting", many)]);
        assert_eq!(error, "baseline.grid asks for 1000000000 fits, more than 10000: name fewer values");
    }
}
