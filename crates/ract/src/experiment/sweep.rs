//! A search over an experiment's keys. It tries every combination of a small grid, or combinations drawn at random, and
//! measures them on the validation users.

use crate::config::{Config, Phase, Settings, assign};
use crate::metrics::Metric;
use crate::run::Run;
use crate::{Error, Result};
use ract_data::random::{Purpose, stream};
use rand::Rng;
use rand::seq::index;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// More runs than this are a mistake, such as a digit too many.
const MOST_RUNS: usize = 10_000;

/// The section `sweep` of an experiment file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// How many combinations are drawn at random. Without it, all combinations are tried.
    pub runs: Option<usize>,
    /// The seed of the random draws.
    #[serde(default)]
    pub seed: u64,
    /// The values of each key.
    pub values: BTreeMap<String, Values>,
}

/// The values that a key can take.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// Each value of a list.
    List(Vec<toml::Value>),
    /// Any number of a range.
    Range {
        /// The smallest.
        from: f64,
        /// The largest.
        to: f64,
        /// Whether the logarithm of the value is uniform, instead of the value itself.
        #[serde(default)]
        log: bool,
    },
}

/// One of the runs of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// The keys and their values, as they would be written after `--set`.
    pub assignments: Vec<String>,
    /// The complete configuration.
    pub config: Config,
}

/// Reads an experiment file with a section `sweep`. Returns the runs that it asks for, in order.
///
/// # Errors
/// When a key is unknown, a value is wrong, or no run is asked for.
pub fn read(path: &Path) -> Result<Vec<Combination>> {
    let wrong = |problem: String| Error::Usage(format!("{}: {problem}", path.display()));
    let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
    let mut table: toml::Table = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
    let sweep =
        table.remove("sweep").ok_or_else(|| wrong("there is no section `sweep`: name keys in it".to_owned()))?;
    let sweep: Sweep = sweep.try_into().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    let combinations = sweep.combinations().map_err(wrong)?;
    let trial = |assignments: Vec<String>| -> Result<Combination> {
        let mut table = table.clone();
        assignments.iter().try_for_each(|assignment| assign(&mut table, assignment))?;
        let mut config: Config =
            table.try_into().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
        config.fill();
        config.check().map_err(wrong)?;
        Ok(Combination { assignments, config: config.of_seed(config.seed) })
    };
    combinations.into_iter().map(trial).collect()
}

/// The ends of a range, between which the draws are uniform.
fn scaled(range: [f64; 2], log: bool) -> [f64; 2] {
    if log { range.map(libm::log) } else { range }
}

impl Sweep {
    fn combinations(&self) -> Result<Vec<Vec<String>>, String> {
        let mut size = 1_usize;
        for (key, values) in &self.values {
            match values {
                Values::List(values) if values.is_empty() => return Err(format!("sweep.values.{key} is empty")),
                Values::List(values) => size = size.saturating_mul(values.len()),
                Values::Range { from, to, log } => {
                    let [low, high] = scaled([*from, *to], *log);
                    if !(low < high && (high - low).is_finite()) {
                        return Err(format!("sweep.values.{key}: from {from} to {to} is no range"));
                    }
                    if self.runs.is_none() {
                        return Err(format!("sweep.values.{key} is a range: say how many runs with sweep.runs"));
                    }
                    size = usize::MAX;
                }
            }
        }
        if self.values.is_empty() || self.runs == Some(0) {
            return Err("sweep asks for no run: name keys in sweep.values".to_owned());
        }
        let runs = self.runs.unwrap_or(size).min(size);
        if runs > MOST_RUNS {
            return Err(format!("sweep asks for {runs} runs, more than {MOST_RUNS}: lower sweep.runs"));
        }
        let mut rng = stream(self.seed, Purpose::Sweep, 0, 0);
        // If all values are lists, the combinations can be numbered, and none is drawn twice.
        let is_counted = size < usize::MAX;
        let drawn = match runs {
            all if all == size => (0..size).collect(),
            some if is_counted => index::sample(&mut rng, size, some).into_vec(),
            _ => Vec::new(),
        };
        let combination = |run: usize| {
            let mut place = drawn.get(run).copied().unwrap_or_default();
            let mut assignments: Vec<String> = Vec::new();
            for (key, values) in self.values.iter().rev() {
                let value = match values {
                    Values::List(values) if is_counted => {
                        let value = &values[place % values.len()];
                        place /= values.len();
                        value.to_string()
                    }
                    Values::List(values) => values[rng.random_range(0..values.len())].to_string(),
                    Values::Range { from, to, log } => {
                        let [low, high] = scaled([*from, *to], *log);
                        let drawn: f64 = rng.random_range(low..high);
                        format!("{:?}", if *log { libm::exp(drawn) } else { drawn })
                    }
                };
                assignments.push(format!("{key}={value}"));
            }
            assignments.reverse();
            assignments
        };
        Ok((0..runs).map(combination).collect())
    }
}

/// The score of a finished run: the mean over the validation users of what its last phase kept, which may be the actor from
/// which it started.
pub fn validation(run: &Run) -> f64 {
    let select: Metric = run.config.evaluation.select;
    let last = Phase::of(&run.config).filter(|&phase| phase != Phase::Critic).last();
    let records = run.history.iter().filter(|record| record.phase == Phase::Actor || Some(record.phase) == last);
    records.filter_map(|record| record.validation.get(&select)).copied().fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combinations(text: &str) -> Result<Vec<Vec<String>>, String> {
        toml::from_str::<Sweep>(text).unwrap().combinations()
    }

    #[test]
    fn without_a_number_of_runs_every_combination_is_tried_once() {
        let all = combinations("values = { a = [1, 2], b = [\"x\", \"y\", \"z\"] }").unwrap();
        let expected = ["a=1 b=\"x\"", "a=1 b=\"y\"", "a=1 b=\"z\"", "a=2 b=\"x\"", "a=2 b=\"y\"", "a=2 b=\"z\""];
        assert_eq!(all.iter().map(|assignments| assignments.join(" ")).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_number_of_runs_is_drawn_without_repetition_and_the_seed_decides_which() {
        let text = "runs = 5\nvalues = { a = [1, 2, 3], b = [1, 2, 3] }";
        let drawn = combinations(text).unwrap();
        assert_eq!(drawn, combinations(text).unwrap());
        assert_ne!(drawn, combinations(&format!("seed = 1\n{text}")).unwrap());
        let mut different = drawn.clone();
        different.sort();
        different.dedup();
        assert_eq!((drawn.len(), different.len()), (5, 5));
    }

    #[test]
    fn more_runs_than_anyone_waits_for_are_refused() {
        for text in [
            "runs = 9223372036854775807\nvalues.a = { from = 1.0, to = 2.0 }",
            "values = { a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], b = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], c = [1, 2, 3, 4, 5, 6, 7, \
             8, 9, 10], d = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], e = [1, 2] }",
        ] {
            let error = combinations(text).unwrap_err();
            assert!(error.contains("more than 10000"), "{error}");
        }
    }

    #[test]
    fn a_range_from_which_nothing_can_be_drawn_is_refused() {
        for range in [
            "from = -1e308, to = 1e308",
            "from = 1e300, to = 1.0000000000000002e300, log = true",
            "from = 0.0, to = 1.0, log = true",
            "from = 1.0, to = inf",
            "from = nan, to = 1.0",
        ] {
            let error = combinations(&format!("runs = 1\nvalues.a = {{ {range} }}")).unwrap_err();
            assert!(error.starts_with("sweep.values.a: from ") && error.ends_with(" is no range"), "{error}");
        }
    }

    #[test]
    fn numbers_are_drawn_from_a_range_and_a_range_needs_a_number_of_runs() {
        let drawn = combinations("runs = 20\nvalues.a = { from = 1e-4, to = 1e-2, log = true }").unwrap();
        let values: Vec<f64> = drawn.iter().map(|one| one[0].strip_prefix("a=").unwrap().parse().unwrap()).collect();
        assert!(values.iter().all(|value| (1e-4..1e-2).contains(value)));
        assert!((3..18).contains(&values.iter().filter(|&&value| value < 1e-3).count()));
        let error = combinations("values.a = { from = 1.0, to = 2.0 }").unwrap_err();
        assert!(error.ends_with("say how many runs with sweep.runs"), "{error}");
    }
}
