//! Running mean and variance of the critic's features.

use ract_autodiff::{Mat, Scalar};

/// Decay of the averages of batch renormalisation (Ioffe, 2017).
const RENORM_MOMENTUM: f64 = 0.99;
/// Decay of the moving averages that standardise the features.
const MOMENTUM: f64 = 0.999;
/// Added to a variance before its root is taken.
const EPSILON: f64 = 1e-3;

/// Batch renormalisation statistics. They are updated while the actor trains, and frozen afterwards.
///
/// Fast averages of each batch's mean and standard deviation are debiased; they feed slow moving averages, which start
/// at mean 0 and variance 1. Without any update, the features pass almost unchanged: they are divided by `sqrt(1.001)`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningStatistics {
    renorm_mean: Vec<f64>,
    renorm_deviation: Vec<f64>,
    renorm_weight: f64,
    mean: Vec<f64>,
    variance: Vec<f64>,
}

impl RunningStatistics {
    /// New statistics: mean 0 and variance 1 for each of `features` features.
    pub fn new(features: usize) -> Self {
        Self {
            renorm_mean: vec![0.0; features],
            renorm_deviation: vec![0.0; features],
            renorm_weight: 0.0,
            mean: vec![0.0; features],
            variance: vec![1.0; features],
        }
    }

    /// Statistics with the given mean and variance of each feature.
    pub fn fixed(mean: Vec<f64>, variance: Vec<f64>) -> Self {
        let fresh = Self::new(mean.len());
        Self { mean, variance, ..fresh }
    }

    /// Updates the statistics with the features of a batch, B x F.
    pub fn update<T: Scalar>(&mut self, features: &Mat<T>) {
        self.renorm_weight = decay(RENORM_MOMENTUM, self.renorm_weight, 1.0);
        for (f, column) in features.columns().into_iter().enumerate() {
            let n = column.len() as f64;
            let mean = column.iter().map(|x| x.as_f64()).sum::<f64>() / n;
            let variance = column.iter().map(|x| (x.as_f64() - mean).powi(2)).sum::<f64>() / n;
            self.renorm_mean[f] = decay(RENORM_MOMENTUM, self.renorm_mean[f], mean);
            self.renorm_deviation[f] = decay(RENORM_MOMENTUM, self.renorm_deviation[f], (variance + EPSILON).sqrt());
            self.mean[f] = decay(MOMENTUM, self.mean[f], self.renorm_mean[f] / self.renorm_weight);
            let deviation = self.renorm_deviation[f] / self.renorm_weight;
            self.variance[f] = decay(MOMENTUM, self.variance[f], deviation.powi(2) - EPSILON);
        }
    }

    /// The mean of each feature, which is subtracted from it.
    pub fn mean(&self) -> Vec<f64> {
        self.mean.clone()
    }

    /// The standard deviation of each feature, `sqrt(variance + 1e-3)`, by which it is then divided.
    pub fn deviation(&self) -> Vec<f64> {
        self.variance.iter().map(|v| (v + EPSILON).sqrt()).collect()
    }

    /// The statistics of the features with these indices, in that order; `None` when an index does not exist.
    pub fn select(&self, features: &[usize]) -> Option<Self> {
        let of = |column: &[f64]| features.iter().map(|&f| column.get(f).copied()).collect::<Option<Vec<_>>>();
        Some(Self {
            renorm_mean: of(&self.renorm_mean)?,
            renorm_deviation: of(&self.renorm_deviation)?,
            renorm_weight: self.renorm_weight,
            mean: of(&self.mean)?,
            variance: of(&self.variance)?,
        })
    }

    /// All numbers in one list, for a checkpoint.
    pub fn to_numbers(&self) -> Vec<f64> {
        let columns = [&self.renorm_mean, &self.renorm_deviation, &self.mean, &self.variance];
        columns.into_iter().flatten().copied().chain([self.renorm_weight]).collect()
    }

    /// The inverse of [`to_numbers`](Self::to_numbers); `None` when the number of `numbers` does not fit `features`.
    pub fn from_numbers(features: usize, numbers: &[f64]) -> Option<Self> {
        let (columns, weight) = numbers.split_at_checked(4 * features)?;
        let [renorm_weight] = *weight else { return None };
        let column = |k: usize| columns[k * features..(k + 1) * features].to_vec();
        Some(Self {
            renorm_mean: column(0),
            renorm_deviation: column(1),
            renorm_weight,
            mean: column(2),
            variance: column(3),
        })
    }
}

fn decay(momentum: f64, average: f64, new: f64) -> f64 {
    momentum * average + (1.0 - momentum) * new
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn after_many_batches_the_statistics_equal_those_of_the_batches() {
        let mut statistics = RunningStatistics::new(2);
        for _ in 0..20_000 {
            statistics.update(&array![[1.0, -10.0], [3.0, 10.0]]);
        }
        let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
        assert!(close(statistics.mean()[0], 2.0) && close(statistics.mean()[1], 0.0));
        assert!(close(statistics.deviation()[0], 1.001_f64.sqrt()));
        assert!(close(statistics.deviation()[1], 100.001_f64.sqrt()));
    }

    #[test]
    fn the_first_batch_moves_the_slow_average_by_a_thousandth_of_its_full_value() {
        let mut statistics = RunningStatistics::new(1);
        statistics.update(&array![[1.0], [3.0]]);
        assert!((statistics.mean()[0] - 0.002).abs() < 1e-12);
        assert!((statistics.deviation()[0] - 1.001_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_checkpoint_restores_every_number() {
        let mut statistics = RunningStatistics::new(1);
        statistics.update(&array![[1.0], [3.5]]);
        assert_eq!(RunningStatistics::from_numbers(1, &statistics.to_numbers()), Some(statistics));
        assert_eq!(RunningStatistics::from_numbers(1, &[0.0; 4]), None);
    }
}
