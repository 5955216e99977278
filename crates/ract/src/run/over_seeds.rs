//! What runs that differ only in their seeds have measured, over the seeds.

use super::layout::RunPath;
use super::per_user::Tested;
use super::result::{Metrics, TestSummary};
use super::results::Run;
use crate::config::{Gain, Role};
use crate::metrics::{Comparison, Estimate, Metric, Pooled, Seeds};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// The tests of runs that differ only in their seeds: one or several.
#[derive(Clone, Debug, Default)]
pub struct OverSeeds {
    summaries: Vec<TestSummary>,
    /// The measurements of each run; `None` when one of the runs does not have the values of each user.
    tested: Option<Vec<Tested>>,
}

impl OverSeeds {
    /// The tests of these runs, with the values of each user where all runs have them.
    ///
    /// # Errors
    /// When a file is damaged, or when the runs were tested on different users or by different metrics.
    pub fn read<'a>(runs: impl IntoIterator<Item = (&'a RunPath, &'a TestSummary)>) -> Result<Self> {
        let (paths, summaries): (Vec<_>, Vec<_>) =
            runs.into_iter().map(|(path, summary)| (path, summary.clone())).unzip();
        let has_values = paths.iter().all(|path| path.has_per_user());
        let tested = has_values.then(|| paths.iter().map(|path| path.read_per_user()).collect::<Result<Vec<_>>>());
        let tested = tested.transpose()?;
        let mut all = tested.iter().flatten().zip(&paths);
        if let Some((first, first_path)) = all.next() {
            for (tested, path) in all {
                let is_like = |(role, of)| first.get(role).is_none_or(|first| first.is_like(of));
                if !tested.iter().all(is_like) {
                    let [first, other] = [first_path, path].map(|path| path.folder().display());
                    let message = format!("{first} and {other} were tested on other users or by other metrics");
                    return Err(Error::Usage(format!("{message}: they have no mean")));
                }
            }
        }
        Ok(Self { summaries, tested })
    }

    /// The tests of these runs.
    ///
    /// # Errors
    /// As for [`OverSeeds::read`].
    pub fn of_runs(runs: &[&Run]) -> Result<Self> {
        Self::read(runs.iter().map(|run| (&run.path, &run.result.evaluation)))
    }

    /// Runs without the values of each user.
    pub fn of_summaries(summaries: Vec<TestSummary>) -> Self {
        Self { summaries, tested: None }
    }

    /// Number of runs.
    pub fn len(&self) -> usize {
        self.summaries.len()
    }

    /// Whether there is no run.
    pub fn is_empty(&self) -> bool {
        self.summaries.is_empty()
    }

    /// The first run.
    pub fn first(&self) -> Option<&TestSummary> {
        self.summaries.first()
    }

    /// The roles that all of the runs have tested, in the order of the tables.
    pub fn roles(&self) -> Vec<Role> {
        let of_first = self.first().into_iter().flat_map(|run| run.test.keys().copied());
        of_first.filter(|role| self.summaries.iter().all(|run| run.test.contains_key(role))).collect()
    }

    /// The mean over the users and the seeds; `None` when one of the runs has not measured it. Of a baseline it is that
    /// of one run, because it does not depend on the seed.
    pub fn mean(&self, role: Role, metric: Metric) -> Option<Pooled> {
        let runs = if role.is_trained() { &self.summaries[..] } else { self.summaries.get(..1)? };
        pooled(runs, |run| &run.test, role, metric, || Some(Pooled::of(&self.values(role, metric)?)))
    }

    /// The gain, paired by user; `None` when one of the runs has not measured it.
    pub fn gain(&self, gain: Gain, metric: Metric) -> Option<Pooled> {
        let of_values = || {
            let [after, before] = [self.values(gain.of, metric)?, self.values(gain.over, metric)?];
            let less = |(after, before): (&Vec<f64>, &Vec<f64>)| {
                after.iter().zip(before).map(|(after, before)| after - before).collect()
            };
            Some(Pooled::of(&after.iter().zip(&before).map(less).collect::<Vec<_>>()))
        };
        pooled(&self.summaries, |run| &run.gain, gain, metric, of_values)
    }

    /// The tests of the gain; `None` without the values of each user.
    pub fn compare(&self, gain: Gain, metric: Metric) -> Option<Comparison> {
        let [after, before] = [self.values(gain.of, metric)?, self.values(gain.over, metric)?];
        Some(Comparison::of(&after, &before, Seeds::Paired))
    }

    /// Of each run one value per user.
    fn values(&self, role: Role, metric: Metric) -> Option<Vec<Vec<f64>>> {
        let of_run = |tested: &Tested| {
            let column = tested.get(&role)?.column(metric);
            (!column.is_empty()).then(|| column.to_vec())
        };
        self.tested.as_ref()?.iter().map(of_run).collect()
    }
}

/// The means and their deviation are those of the results. The error over the users is that of the result when there is
/// one; otherwise it follows from the values of each user.
fn pooled<K: Ord>(
    runs: &[TestSummary],
    figures: fn(&TestSummary) -> &BTreeMap<K, Metrics>,
    key: K,
    metric: Metric,
    of_values: impl FnOnce() -> Option<Pooled>,
) -> Option<Pooled> {
    let found = runs.iter().map(|run| figures(run).get(&key)?.get(&metric).copied());
    let found: Vec<Estimate> = found.collect::<Option<_>>()?;
    match found[..] {
        [] => None,
        [of_one] => Some(of_one.into()),
        _ => {
            let means: Vec<f64> = found.iter().map(|estimate| estimate.mean).collect();
            Some(Pooled { se: of_values().and_then(|pooled| pooled.se), ..Pooled::of_means(&means) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::PerUser;
    use crate::run::per_user::to_csv;
    use ndarray::Array2;
    use tempfile::TempDir;

    const NDCG: Metric = Metric::ndcg(100);

    fn tested(users: &[u32], role: Role, values: [f64; 3]) -> (Role, PerUser) {
        let values = Array2::from_shape_vec((3, 1), values.to_vec()).unwrap();
        let counts = vec![1.0; 3];
        let per_user = PerUser { seen: counts.clone(), unseen: counts, ..PerUser::default() };
        (role, PerUser { users: users.to_vec(), metrics: vec![NDCG], values, ..per_user })
    }

    fn run(users: &[u32], popularity: [f64; 3], actor: [f64; 3], ract: [f64; 3]) -> (TempDir, TestSummary) {
        let folder = tempfile::tempdir().unwrap();
        let of_users = [("popularity".parse().unwrap(), popularity), (Role::Actor, actor), (Role::Ract, ract)];
        let all = of_users.map(|(role, values)| tested(users, role, values)).into();
        std::fs::write(RunPath::at(folder.path()).per_user(), to_csv(&all).unwrap()).unwrap();
        (folder, TestSummary::of(&all, &[NDCG], None))
    }

    fn over(runs: &[(TempDir, TestSummary)]) -> Result<OverSeeds> {
        let paths: Vec<_> = runs.iter().map(|(folder, _)| RunPath::at(folder.path())).collect();
        OverSeeds::read(paths.iter().zip(runs.iter().map(|(_, summary)| summary)))
    }

    fn two() -> [(TempDir, TestSummary); 2] {
        [
            run(&[0, 1, 2], [0.1, 0.2, 0.6], [0.2, 0.4, 0.6], [0.3, 0.4, 0.5]),
            run(&[0, 1, 2], [0.1, 0.2, 0.6], [0.4, 0.4, 0.4], [0.5, 0.6, 0.7]),
        ]
    }

    #[test]
    fn the_error_is_over_the_users_and_the_deviation_between_the_seeds() {
        let runs = two();
        let over = over(&runs).unwrap();
        assert_eq!(over.mean(Role::Actor, NDCG).unwrap().to_string(), "0.4000 ± 0.0577 (0.0000)");
        assert_eq!(
            over.gain(Gain::new(Role::Ract, Role::Actor), NDCG).unwrap().to_string(),
            "0.1000 ± 0.0000 (0.1414)"
        );
        assert_eq!(
            over.compare(Gain::new(Role::Ract, Role::Actor), NDCG).unwrap().gain.to_string(),
            "0.1000 ± 0.0000 (0.1414)"
        );
        assert_eq!(over.mean(Role::Actor, Metric::recall(1)), None);
    }

    #[test]
    fn what_does_not_depend_on_the_seed_has_the_error_of_one_run() {
        let runs = two();
        let popularity = over(&runs).unwrap().mean("popularity".parse().unwrap(), NDCG).unwrap();
        assert_eq!(popularity.to_string(), "0.3000 ± 0.1528");
    }

    #[test]
    fn without_the_values_of_each_user_there_is_no_error_over_them() {
        let runs = two();
        std::fs::remove_file(RunPath::at(runs[1].0.path()).per_user()).unwrap();
        let over = over(&runs).unwrap();
        let gain = Gain::new(Role::Ract, Role::Actor);
        assert_eq!(over.gain(gain, NDCG).unwrap().to_string(), "0.1000 (0.1414)");
        assert_eq!(over.compare(gain, NDCG), None);
    }

    #[test]
    fn other_users_are_not_pooled() {
        let [first, _] = two();
        let runs = [first, run(&[0, 1, 3], [0.1; 3], [0.1; 3], [0.1; 3])];
        let message = over(&runs).unwrap_err().to_string();
        assert!(message.ends_with("were tested on other users or by other metrics: they have no mean"), "{message}");
    }
}
