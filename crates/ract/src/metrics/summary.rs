//! Means over users and their standard errors.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A mean over users and its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over users.
    pub mean: f64,
    /// Standard deviation over the root of the number of users.
    pub se: f64,
}

impl Estimate {
    /// Of one value per user; 0 for nobody.
    pub fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let n = values.len().max(1) as f64;
        let mean = values.clone().sum::<f64>() / n;
        let variance = values.map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        Self { mean, se: (variance / n).sqrt() }
    }

    /// Mean of the figures of several runs; in the place of a standard error, their standard deviation.
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

/// What `after` gains over `before`, paired by user: the mean of the differences and its standard error.
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
    fn the_standard_error_is_the_deviation_over_the_root_of_the_number_of_users() {
        let estimate = Estimate::of([1.0, 2.0, 3.0, 6.0].into_iter());
        assert_eq!(estimate.mean, 3.0);
        assert!((estimate.se - (14.0_f64 / 4.0).sqrt() / 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_deviation_between_runs_is_that_of_a_sample() {
        assert_eq!(Estimate::between(&[1.0, 2.0, 3.0]), Estimate { mean: 2.0, se: 1.0 });
        assert_eq!(Estimate::between(&[5.0]), Estimate { mean: 5.0, se: 0.0 });
    }

    #[test]
    fn a_gain_that_all_users_share_has_no_error() {
        let gain = paired_gain([1.5, 2.5].into_iter(), [1.0, 2.0].into_iter());
        assert_eq!(gain, Estimate { mean: 0.5, se: 0.0 });
    }
}
