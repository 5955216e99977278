//! Whether one recommender is better than another on the same users, by three tests that assume less and less.

use crate::metrics::{Metric, paired_gain};
use crate::per_user::{self, PerUser, Tested};
use crate::{Error, Result};
use ract_data::random::{Purpose, stream};
use rand::Rng;
use serde::Deserialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use std::fs;
use std::path::{Path, PathBuf};

/// Resamples of the bootstrap.
const RESAMPLES: usize = 10_000;

/// What `after` has more than `before`, paired by user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Mean difference.
    pub mean: f64,
    /// Its standard error over the users.
    pub se: f64,
    /// Between which the middle 95 % of the means of resampled users lie (percentile bootstrap).
    pub interval: (f64, f64),
    /// Two-sided p of the paired t test.
    pub t: f64,
    /// Two-sided p of Wilcoxon's signed-rank test, by its normal approximation, users without a difference left out.
    pub wilcoxon: f64,
}

impl Comparison {
    /// Of as many values in `after` as in `before`, in the order of the users.
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

/// What was measured of a recommender, under a name.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The folder and what of it.
    pub name: String,
    /// Of each user; of several seeds the mean.
    pub per_user: PerUser,
    /// Fingerprint of the data.
    data_sha256: String,
}

impl Measured {
    /// What `run` names: a run folder, or one that holds a folder per seed, and perhaps `:` and what of it (`actor`,
    /// `control`, `ract`, and so on; without it `ract`, or what else there is).
    ///
    /// # Errors
    /// When nothing was measured there, or seeds differ in what was.
    pub fn read(run: &str) -> Result<Self> {
        let (folder, wanted) = match run.rsplit_once(':') {
            Some((folder, wanted)) => (Path::new(folder), Some(wanted)),
            None => (Path::new(run), None),
        };
        let folders = if folder.join("result.json").exists() { vec![folder.to_owned()] } else { seeds(folder)? };
        let mut measured: Option<Self> = None;
        let runs = folders.len() as f64;
        for folder in &folders {
            let data_sha256 = data_of(folder)?;
            let (name, per_user) = choose(per_user::read(&folder.join("per_user.csv"))?, folder, wanted)?;
            match &mut measured {
                None => {
                    let name = format!("{}:{name}", run.strip_suffix(&format!(":{name}")).unwrap_or(run));
                    let values = per_user.values.mapv(|value| value / runs);
                    measured = Some(Self { name, per_user: PerUser { values, ..per_user }, data_sha256 });
                }
                Some(sum) if sum.data_sha256 == data_sha256 && sum.per_user.is_like(&per_user) => {
                    sum.per_user.values.scaled_add(1.0 / runs, &per_user.values);
                }
                Some(_) => {
                    let message = format!("{run}: its seeds were measured on other users or by other metrics");
                    return Err(Error::Usage(message));
                }
            }
        }
        measured.ok_or_else(|| Error::Usage(format!("{run}: no finished run is there")))
    }

    /// What this has more than `before`.
    ///
    /// # Errors
    /// When they were not measured on the same users, or not by this metric.
    pub fn over(&self, before: &Self, metric: Metric) -> Result<Comparison> {
        let Self { name, per_user, data_sha256 } = self;
        if *data_sha256 != before.data_sha256 || per_user.users != before.per_user.users {
            let message = format!("{name} and {} were tested on different data: their users are no pairs", before.name);
            return Err(Error::Usage(message));
        }
        let columns = [per_user.column(metric), before.per_user.column(metric)].map(|column| column.to_vec());
        if columns.iter().any(|column| column.len() != per_user.users.len()) {
            return Err(Error::Usage(format!("{metric} was not measured of both {name} and {}", before.name)));
        }
        Ok(Comparison::of(&columns[0], &columns[1]))
    }
}

fn seeds(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::file("read", folder))?.path();
        if path.join("result.json").exists() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn data_of(folder: &Path) -> Result<String> {
    #[derive(Deserialize)]
    struct Data {
        data_sha256: String,
    }
    let file = folder.join("result.json");
    let text = fs::read_to_string(&file).map_err(Error::file("read", &file))?;
    let data: Data = serde_json::from_str(&text).map_err(|e| Error::Failed(format!("{}: {e}", file.display())))?;
    Ok(data.data_sha256)
}

fn choose(mut tested: Tested, folder: &Path, wanted: Option<&str>) -> Result<(String, PerUser)> {
    let named = |name: &str| tested.contains_key(name).then(|| name.to_owned());
    let name = match wanted {
        Some(wanted) => named(wanted),
        None => named("ract").or_else(|| named("actor")).or_else(|| tested.keys().next().cloned()),
    };
    let there = tested.keys().cloned().collect::<Vec<_>>().join(", ");
    let found = name.and_then(|name| tested.remove_entry(&name));
    found.ok_or_else(|| {
        let wanted = wanted.unwrap_or("anything");
        Error::Usage(format!("{} has not measured {wanted}: there are {there}", folder.display()))
    })
}

/// Adjusts the p values of several tests so that the chance of any false alarm stays what it is for one (Holm, 1979).
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

/// 1 where there is nothing to tell from.
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
    fn the_tests_give_what_scipy_gives() {
        // ttest_rel; wilcoxon(method="asymptotic", correction=False), which leaves out what is equal, too.
        let Comparison { mean, t, wilcoxon, .. } = Comparison::of(&AFTER, &BEFORE);
        assert!((mean - 0.044).abs() < 1e-12);
        assert!(
            (t - 0.045_666_856_036_715_19).abs() < 1e-9 && (wilcoxon - 0.037_813_753_008_406_46).abs() < 1e-9,
            "{t} {wilcoxon}"
        );
    }

    #[test]
    fn the_interval_of_the_bootstrap_is_close_to_that_of_the_standard_error() {
        let differences: Vec<f64> = (0..1000).map(|i| f64::from(i * 37 % 1000) / 1000.0 - 0.3).collect();
        let Comparison { mean, se, interval, .. } = Comparison::of(&differences, &[0.0; 1000]);
        assert!((interval.0 - (mean - 1.96 * se)).abs() < 0.1 * se, "{interval:?}");
        assert!((interval.1 - (mean + 1.96 * se)).abs() < 0.1 * se, "{interval:?}");
    }

    #[test]
    fn equal_recommenders_are_not_told_apart() {
        let same = Comparison::of(&AFTER, &AFTER);
        assert_eq!((same.mean, same.t, same.wilcoxon, same.interval), (0.0, 1.0, 1.0, (0.0, 0.0)));
    }

    #[test]
    fn holm_multiplies_the_smallest_p_most_and_keeps_their_order() {
        assert_eq!(holm(&[0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
        assert_eq!(holm(&[0.5, 0.9]), [1.0, 1.0]);
    }
}
