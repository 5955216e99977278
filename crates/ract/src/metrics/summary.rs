//! Means over users and their standard errors.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A mean over users and its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over users.
    pub mean: f64,
    /// The standard error: the standard deviation divided by the square root of the number of users.
    pub se: f64,
}

impl Estimate {
    /// The mean of one value per user, and its standard error; both are 0 without users.
    pub fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let n = values.len().max(1) as f64;
        let mean = values.clone().sum::<f64>() / n;
        let variance = values.map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        Self { mean, se: (variance / n).sqrt() }
    }

    /// The mean over several runs. `se` holds the standard deviation between the runs, not a standard error.
    pub fn between(runs: &[f64]) -> Self {
        let mean = runs.iter().sum::<f64>() / runs.len().max(1) as f64;
        let squares: f64 = runs.iter().map(|x| (x - mean).powi(2)).sum();
        Self { mean, se: (squares / runs.len().saturating_sub(1).max(1) as f64).sqrt() }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4} ± {:.4}", self.mean, self.se)
    }
}

/// The gain of `after` over `before`, paired by user: the mean of the differences and its standard error.
pub fn paired_gain(
    after: impl ExactSizeIterator<Item = f64> + Clone,
    before: impl ExactSizeIterator<Item = f64> + Clone,
) -> Estimate {
    Estimate::of(after.zip(before).map(|(after, before)| after - before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_is_the_standard_deviation_divided_by_the_root_of_the_number_of_users() {
        let estimate = Estimate::of([1.0, 2.0, 3.0, 6.0].into_iter());
        assert_eq!(estimate.mean, 3.0);
        assert!((estimate.se - (14.0_f64 / 4.0).sqrt() / 2.0).abs() < 1e-12);
    }

    #[test]
    fn between_runs_the_standard_deviation_is_that_of_a_sample() {
        assert_eq!(Estimate::between(&[1.0, 2.0, 3.0]), Estimate { mean: 2.0, se: 1.0 });
        assert_eq!(Estimate::between(&[5.0]), Estimate { mean: 5.0, se: 0.0 });
    }

    #[test]
    fn a_gain_that_is_equal_for_all_users_has_standard_error_0() {
        let gain = paired_gain([1.5, 2.5].into_iter(), [1.0, 2.0].into_iter());
        assert_eq!(gain, Estimate { mean: 0.5, se: 0.0 });
    }
}
