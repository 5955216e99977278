//! Tests whether one recommender is better than another on the same users.

use super::Pooled;
use super::summary::{mean_and_deviation, over_seeds};
use ract_data::random::{Purpose, stream};
use rand::Rng;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Number of resamples of the bootstrap.
pub const RESAMPLES: u64 = 10_000;

/// How the seeds of two recommenders belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// The two have the same seeds, in the same order: those of one place are drawn together.
    Paired,
    /// The seeds of one say nothing of those of the other: they are drawn apart.
    Apart,
}

/// The difference of `after` minus `before`, paired by user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The mean difference, its standard error over the users, and its standard deviation between the seeds.
    pub gain: Pooled,
    /// The interval that contains the middle 95 % of the mean differences of resampled users and seeds (percentile
    /// bootstrap).
    pub interval: (f64, f64),
    /// Cohen's d_z: the mean difference divided by the standard deviation of the users' differences.
    pub effect: f64,
    /// Two-sided p value of the same bootstrap: twice the share of the resampled mean differences on the smaller side of
    /// 0. The measured difference counts as one more resample, so that p is never 0.
    pub p: f64,
    /// Two-sided p value of the paired t test on the users' means over the seeds.
    pub t: f64,
    /// Two-sided p value of Wilcoxon's signed-rank test on the users' means over the seeds, by its normal approximation.
    /// Users without a difference are left out.
    pub wilcoxon: f64,
}

impl Comparison {
    /// Compares `after` with `before`: of each seed one value per user, with the users in the same order everywhere.
    ///
    /// The bootstrap draws users and seeds with replacement. The deviation between the seeds of a recommender with one
    /// seed is not known, and does not count.
    pub fn of(after: &[Vec<f64>], before: &[Vec<f64>], seeds: Seeds) -> Self {
        let differences = less(&over_seeds(after), &over_seeds(before));
        let (mean, deviation) = mean_and_deviation(differences.iter().copied());
        // The sum of the means over each group of seeds is the difference.
        let drawn: Vec<Vec<Vec<f64>>> = match seeds {
            Seeds::Paired => vec![after.iter().zip(before).map(|(after, before)| less(after, before)).collect()],
            Seeds::Apart => {
                let negative = before.iter().map(|values| values.iter().map(|x| -x).collect());
                vec![after.to_vec(), negative.collect()]
            }
        };
        let between = drawn.iter().filter_map(|group| Pooled::of(group).between).map(|deviation| deviation.powi(2));
        let between = between.reduce(|a, b| a + b).map(f64::sqrt);
        let means = bootstrap(&drawn);
        let edge = means.len() / 40;
        Self {
            gain: Pooled { mean, se: Some(deviation / (differences.len().max(1) as f64).sqrt()), between },
            interval: (means[edge], means[means.len() - 1 - edge]),
            effect: if mean == 0.0 { 0.0 } else { mean / deviation },
            p: two_sided(&means),
            t: t_test(&differences, mean, deviation),
            wilcoxon: signed_rank_test(&differences),
        }
    }
}

fn less(after: &[f64], before: &[f64]) -> Vec<f64> {
    after.iter().zip(before).map(|(after, before)| after - before).collect()
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

/// The mean differences of resampled users and seeds, ascending. The seeds of each group are drawn apart from those of
/// the other groups; each user is drawn with the values of all seeds.
fn bootstrap(groups: &[Vec<Vec<f64>>]) -> Vec<f64> {
    let all: Vec<&Vec<f64>> = groups.iter().flatten().collect();
    let (seeds, users) = (all.len(), all.iter().map(|values| values.len()).min().unwrap_or_default());
    let rows: Vec<f64> = (0..users).flat_map(|user| all.iter().map(move |values| values[user])).collect();
    let resampled = |resample: u64| {
        let mut rng = stream(0, Purpose::Bootstrap, resample, 0);
        let mut sums = vec![0.0; seeds];
        for _ in 0..users {
            let user = rng.random_range(0..users);
            sums.iter_mut().zip(&rows[user * seeds..]).for_each(|(sum, value)| *sum += value);
        }
        let mut of_groups = &sums[..];
        let mut sum = 0.0;
        for group in groups {
            let (of_group, rest) = of_groups.split_at(group.len());
            sum += group.iter().map(|_| of_group[rng.random_range(0..group.len())]).sum::<f64>() / group.len() as f64;
            of_groups = rest;
        }
        sum / users.max(1) as f64
    };
    let mut means: Vec<f64> = (0..RESAMPLES).into_par_iter().map(resampled).collect();
    means.sort_by(f64::total_cmp);
    means
}

fn two_sided(means: &[f64]) -> f64 {
    let share = |is_beyond: fn(&f64) -> bool| {
        (means.iter().filter(|mean| is_beyond(mean)).count() + 1) as f64 / (means.len() + 1) as f64
    };
    (2.0 * share(|mean| *mean <= 0.0).min(share(|mean| *mean >= 0.0))).min(1.0)
}

/// Returns 1 when the test cannot be computed: with fewer than two users, or when all differences are 0.
fn t_test(differences: &[f64], mean: f64, deviation: f64) -> f64 {
    let n = differences.len() as f64;
    let Ok(distribution) = StudentsT::new(0.0, 1.0, n - 1.0) else { return 1.0 };
    let t = mean / (deviation / n.sqrt());
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

    /// The values of `users` users, from -`shift` to 1 - `shift`.
    fn spread(users: usize, shift: f64) -> Vec<f64> {
        (0..users).map(|user| (user * 37 % users) as f64 / users as f64 - shift).collect()
    }

    #[test]
    fn of_one_seed_the_interval_is_close_to_that_of_the_standard_error() {
        let Comparison { gain, interval, .. } = Comparison::of(&[spread(1000, 0.3)], &[vec![0.0; 1000]], Seeds::Paired);
        let (mean, se) = (gain.mean, gain.se.unwrap());
        assert!((interval.0 - (mean - 1.96 * se)).abs() < 0.1 * se, "{interval:?}");
        assert!((interval.1 - (mean + 1.96 * se)).abs() < 0.1 * se, "{interval:?}");
    }

    #[test]
    fn a_gain_in_every_user_that_a_seed_undoes_is_not_significant() {
        let before = vec![vec![0.0; 200]; 3];
        let of = |gains: [f64; 3]| {
            let after = gains.map(|gain| spread(200, 0.5).iter().map(|x| gain + x / 100.0).collect());
            Comparison::of(&after, &before, Seeds::Paired)
        };
        let (alike, unlike) = (of([0.01; 3]), of([0.03, 0.02, -0.02]));
        assert!((alike.gain.mean - unlike.gain.mean).abs() < 1e-12);
        assert!(alike.p < 0.001 && unlike.p > 0.1, "{alike:?} {unlike:?}");
        assert!(unlike.t < 1e-9, "over the users alone it is");
    }

    #[test]
    fn seeds_that_are_drawn_apart_add_their_variances() {
        let of = |means: &[f64]| -> Vec<Vec<f64>> { means.iter().map(|&mean| vec![mean; 20]).collect() };
        let (after, before) = (of(&[1.0, 2.0, 3.0]), of(&[0.0, 1.0, 2.0]));
        let paired = Comparison::of(&after, &before, Seeds::Paired);
        assert_eq!((paired.gain.between, paired.interval), (Some(0.0), (1.0, 1.0)));
        let apart = Comparison::of(&after, &before, Seeds::Apart);
        assert!((apart.gain.between.unwrap() - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!(apart.interval.0 < 0.0 && apart.interval.1 > 2.0, "{:?}", apart.interval);
        assert_eq!(Comparison::of(&after, &of(&[0.5]), Seeds::Apart).gain.between, Some(1.0));
    }

    #[test]
    fn equal_recommenders_do_not_differ_significantly() {
        let same = Comparison::of(&[AFTER.to_vec()], &[AFTER.to_vec()], Seeds::Paired);
        assert_eq!((same.gain.mean, same.effect, same.interval), (0.0, 0.0, (0.0, 0.0)));
        assert_eq!((same.p, same.t, same.wilcoxon), (1.0, 1.0, 1.0));
    }

    #[test]
    fn the_p_value_of_the_bootstrap_is_never_0() {
        let after: Vec<f64> = BEFORE.iter().map(|x| x + 0.1).collect();
        let clear = Comparison::of(&[after], &[BEFORE.to_vec()], Seeds::Paired);
        assert_eq!(clear.p, 2.0 / (RESAMPLES + 1) as f64);
    }

    #[test]
    fn without_users_nothing_differs() {
        let none = Comparison::of(&[vec![]], &[vec![]], Seeds::Paired);
        assert_eq!((none.gain.mean, none.p, none.interval), (0.0, 1.0, (0.0, 0.0)));
    }

    #[test]
    fn holm_multiplies_the_smallest_p_value_most_and_keeps_the_order() {
        assert_eq!(holm(&[0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
        assert_eq!(holm(&[0.5, 0.9]), [1.0, 1.0]);
    }
}
