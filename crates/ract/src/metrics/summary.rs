//! Means over users and their standard errors.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A mean over users and its standard error, of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over users.
    pub mean: f64,
    /// The standard error: the standard deviation of the sample divided by the square root of the number of users.
    pub se: f64,
}

impl Estimate {
    /// The mean of one value per user, and its standard error. Both are 0 without users; of one user, the error is 0.
    pub fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let (mean, deviation) = mean_and_deviation(values.clone());
        Self { mean, se: deviation / (values.len().max(1) as f64).sqrt() }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Pooled::from(*self).fmt(f)
    }
}

/// A mean over users and seeds. Each user counts with the mean over the seeds.
///
/// It is written as `0.4434 ± 0.0065 (0.0008)`: the mean, its standard error over the users, and in brackets the
/// standard deviation between the seeds. What is not known is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// Mean over users and seeds.
    pub mean: f64,
    /// The standard error over the users, of their means over the seeds; `None` when the values per user are missing.
    pub se: Option<f64>,
    /// The standard deviation between the means of the seeds; `None` for one seed, or when nothing depends on it.
    pub between: Option<f64>,
}

impl Pooled {
    /// Of each seed one value per user, with the users in the same order.
    pub fn of(seeds: &[Vec<f64>]) -> Self {
        let means: Vec<f64> = seeds.iter().map(|values| Estimate::of(values.iter().copied()).mean).collect();
        Self { se: Some(Estimate::of(over_seeds(seeds).into_iter()).se), ..Self::of_means(&means) }
    }

    /// Of the means of the seeds alone. Their error over the users does not follow from these.
    pub fn of_means(means: &[f64]) -> Self {
        let (mean, deviation) = mean_and_deviation(means.iter().copied());
        Self { mean, se: None, between: (means.len() > 1).then_some(deviation) }
    }
}

impl From<Estimate> for Pooled {
    fn from(Estimate { mean, se }: Estimate) -> Self {
        Self { mean, se: Some(se), between: None }
    }
}

/// `{:+}` writes the sign of a positive mean too.
impl fmt::Display for Pooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.sign_plus() { write!(f, "{:+.4}", self.mean) } else { write!(f, "{:.4}", self.mean) }?;
        self.se.map_or(Ok(()), |se| write!(f, " ± {se:.4}"))?;
        self.between.map_or(Ok(()), |between| write!(f, " ({between:.4})"))
    }
}

/// The mean over the seeds, for each user.
pub(super) fn over_seeds(seeds: &[Vec<f64>]) -> Vec<f64> {
    let users = seeds.iter().map(Vec::len).min().unwrap_or_default();
    (0..users).map(|user| seeds.iter().map(|values| values[user]).sum::<f64>() / seeds.len() as f64).collect()
}

/// The mean, and the standard deviation of the sample; both are 0 without values, and the latter for one value.
pub(super) fn mean_and_deviation(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.clone().sum::<f64>() / n.max(1.0);
    let squares: f64 = values.map(|x| (x - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}

/// The gain of `after` over `before`, paired by user: the mean of the differences and its standard error.
pub fn paired_gain(
    after: impl ExactSizeIterator<Item = f64> + Clone,
    before: impl ExactSizeIterator<Item = f64> + Clone,
) -> Estimate {
    Estimate::of(after.zip(before).map(|(after, before)| after - before))
}

/// Pearson's correlation; 0 when one of the two does not vary.
pub fn correlation(x: impl ExactSizeIterator<Item = f64> + Clone, y: &[f64]) -> f64 {
    let n = x.len().max(1) as f64;
    let (mean_x, mean_y) = (x.clone().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sums = x.zip(y).fold((0.0, 0.0, 0.0), |(xy, xx, yy), (x, y)| {
        let (x, y) = (x - mean_x, y - mean_y);
        (xy + x * y, xx + x * x, yy + y * y)
    });
    sums.0 / (sums.1 * sums.2).sqrt().max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_is_the_standard_deviation_divided_by_the_root_of_the_number_of_users() {
        let estimate = Estimate::of([1.0, 2.0, 3.0, 6.0].into_iter());
        assert_eq!(estimate.mean, 3.0);
        assert!((estimate.se - (14.0_f64 / 3.0).sqrt() / 2.0).abs() < 1e-12);
        assert_eq!(Estimate::of([5.0].into_iter()), Estimate { mean: 5.0, se: 0.0 });
        assert_eq!(Estimate::of([].into_iter()), Estimate { mean: 0.0, se: 0.0 });
    }

    /// Averaging the errors of the seeds would give 1.
    #[test]
    fn over_seeds_the_error_is_that_of_the_users_means_and_the_deviation_that_of_the_seeds_means() {
        let pooled = Pooled::of(&[vec![0.0, 2.0, 4.0], vec![6.0, 4.0, 2.0]]);
        assert_eq!(pooled, Pooled { mean: 3.0, se: Some(0.0), between: Some(2.0_f64.sqrt()) });
        assert_eq!(Pooled::of(&[vec![1.0, 3.0]]), Estimate::of([1.0, 3.0].into_iter()).into());
    }

    #[test]
    fn what_is_not_known_is_not_written() {
        let known = Pooled { mean: 0.443_44, se: Some(0.0065), between: Some(0.0008) };
        assert_eq!(known.to_string(), "0.4434 ± 0.0065 (0.0008)");
        assert_eq!(format!("{known:+}"), "+0.4434 ± 0.0065 (0.0008)");
        assert_eq!(Pooled::of_means(&[1.0, 2.0, 3.0]).to_string(), "2.0000 (1.0000)");
        assert_eq!(Pooled::of_means(&[5.0]).to_string(), "5.0000");
        assert_eq!(Estimate { mean: 0.5, se: 0.1 }.to_string(), "0.5000 ± 0.1000");
    }

    #[test]
    fn a_gain_that_is_equal_for_all_users_has_standard_error_0() {
        let gain = paired_gain([1.5, 2.5].into_iter(), [1.0, 2.0].into_iter());
        assert_eq!(gain, Estimate { mean: 0.5, se: 0.0 });
    }

    #[test]
    fn the_correlation_of_proportional_values_is_1_and_of_a_constant_0() {
        assert!((correlation([1.0, 2.0, 3.0].into_iter(), &[2.0, 4.0, 6.0]) - 1.0).abs() < 1e-12);
        assert!((correlation([1.0, 2.0, 3.0].into_iter(), &[1.0, 0.0, 1.0])).abs() < 1e-12);
        assert_eq!(correlation([1.0, 1.0].into_iter(), &[1.0, 0.0]), 0.0);
    }
}
