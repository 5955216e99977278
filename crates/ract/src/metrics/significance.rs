//! Tests whether one recommender is better than another on the same users. The three tests make fewer and fewer
//! assumptions.

use super::paired_gain;
use ract_data::random::{Purpose, stream};
use rand::Rng;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Number of resamples of the bootstrap.
const RESAMPLES: usize = 10_000;

/// The difference of `after` minus `before`, paired by user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The mean difference.
    pub mean: f64,
    /// Its standard error over the users.
    pub se: f64,
    /// The interval that contains the middle 95 % of the means of resampled users (percentile bootstrap).
    pub interval: (f64, f64),
    /// Two-sided p value of the paired t test.
    pub t: f64,
    /// Two-sided p value of Wilcoxon's signed-rank test, by its normal approximation. Users without a difference are
    /// left out.
    pub wilcoxon: f64,
}

impl Comparison {
    /// Compares `after` with `before`: one value per user in each, with the users in the same order.
    pub fn of(after: &[f64], before: &[f64]) -> Self {
        let gain = paired_gain(after.iter().copied(), before.iter().copied());
        let differences: Vec<f64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
        Self {
            mean: gain.mean,
            se: gain.se,
            interval: bootstrap(&differences),
            t: t_test(&differences, gain.mean),
            wilcoxon: signed_rank_test(&differences),
        }
    }
}

/// Adjusts the p values of several tests, so that the probability of at least one false positive stays that of a single
/// test (Holm, 1979).
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0_f64;
    for (rank, &test) in order.iter().enumerate() {
        least = least.max((p.len() - rank) as f64 * p[test]).min(1.0);
        adjusted[test] = least;
    }
    adjusted
}

fn bootstrap(differences: &[f64]) -> (f64, f64) {
    let n = differences.len();
    if n == 0 {
        return (0.0, 0.0);
    }
    let mut rng = stream(0, Purpose::Bootstrap, 0, 0);
    let mut resampled = || (0..n).map(|_| differences[rng.random_range(0..n)]).sum::<f64>() / n as f64;
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| resampled()).collect();
    means.sort_by(f64::total_cmp);
    (means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40])
}

/// Returns 1 when the test cannot be computed: with fewer than two users, or when all differences are 0.
fn t_test(differences: &[f64], mean: f64) -> f64 {
    let n = differences.len() as f64;
    let variance = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let Ok(distribution) = StudentsT::new(0.0, 1.0, n - 1.0) else { return 1.0 };
    let t = mean / (variance / n).sqrt();
    if t.is_nan() { 1.0 } else { 2.0 * distribution.cdf(-t.abs()) }
}

fn signed_rank_test(differences: &[f64]) -> f64 {
    let mut differences: Vec<f64> = differences.iter().copied().filter(|&d| d != 0.0).collect();
    differences.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let n = differences.len() as f64;
    let (mut positive, mut ties, mut below) = (0.0, 0.0, 0.0);
    for equal in differences.chunk_by(|a, b| a.abs() == b.abs()) {
        let size = equal.len() as f64;
        positive += (below + (size + 1.0) / 2.0) * equal.iter().filter(|&&d| d > 0.0).count() as f64;
        ties += size.powi(3) - size;
        below += size;
    }
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    let z = (positive - n * (n + 1.0) / 4.0) / variance.sqrt();
    if z.is_nan() { 1.0 } else { 2.0 * Normal::standard().cdf(-z.abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: [f64; 10] = [0.50, 0.31, 0.74, 0.22, 0.90, 0.45, 0.38, 0.61, 0.05, 0.77];
    const BEFORE: [f64; 10] = [0.42, 0.35, 0.70, 0.22, 0.78, 0.41, 0.36, 0.50, 0.09, 0.66];

    #[test]
    fn the_p_values_equal_those_of_scipy() {
        // ttest_rel, and wilcoxon(method="asymptotic", correction=False), which also leaves out users without a
        // difference.
        let Comparison { mean, t, wilcoxon, .. } = Comparison::of(&AFTER, &BEFORE);
        assert!((mean - 0.044).abs() < 1e-12);
        assert!(
            (t - 0.045_666_856_036_715_19).abs() < 1e-9 && (wilcoxon - 0.037_813_753_008_406_46).abs() < 1e-9,
            "{t} {wilcoxon}"
        );
    }

    #[test]
    fn the_bootstrap_interval_is_close_to_that_of_the_standard_error() {
        let differences: Vec<f64> = (0..1000).map(|i| f64::from(i * 37 % 1000) / 1000.0 - 0.3).collect();
        let Comparison { mean, se, interval, .. } = Comparison::of(&differences, &[0.0; 1000]);
        assert!((interval.0 - (mean - 1.96 * se)).abs() < 0.1 * se, "{interval:?}");
        assert!((interval.1 - (mean + 1.96 * se)).abs() < 0.1 * se, "{interval:?}");
    }

    #[test]
    fn equal_recommenders_do_not_differ_significantly() {
        let same = Comparison::of(&AFTER, &AFTER);
        assert_eq!((same.mean, same.t, same.wilcoxon, same.interval), (0.0, 1.0, 1.0, (0.0, 0.0)));
    }

    #[test]
    fn holm_multiplies_the_smallest_p_value_most_and_keeps_the_order() {
        assert_eq!(holm(&[0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
        assert_eq!(holm(&[0.5, 0.9]), [1.0, 1.0]);
    }
}
