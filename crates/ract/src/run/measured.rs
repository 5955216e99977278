//! The measurements of each user, read from finished runs to be compared.

use super::layout::{RunPath, finished_runs};
use super::per_user::{PerUser, Tested};
use crate::config::Role;
use crate::metrics::{Comparison, Metric, Seeds};
use crate::{Error, Result};
use serde::Deserialize;
use std::path::Path;

/// The measurements of a recommender, under a name.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The name: the folder, `:`, and the role.
    pub name: String,
    /// The seed of each run; `None` for a baseline.
    seeds: Vec<Option<u64>>,
    /// The measurements of each run, on the same users and by the same metrics.
    runs: Vec<PerUser>,
    data_sha256: String,
}

impl Measured {
    /// Reads the measurements that `run` names. `run` is a run folder, or a folder that holds one run folder per seed.
    /// It may end with `:` and a role, such as `actor`, `control` or `ract`. Without a role, it is `ract` if that was
    /// tested, otherwise the actor, otherwise the first tested role.
    ///
    /// # Errors
    /// When nothing was measured there, when a value is not a finite number, or when the seeds differ in their users,
    /// metrics or data.
    pub fn read(run: &str) -> Result<Self> {
        let (folder, wanted) = match run.rsplit_once(':') {
            Some((folder, role)) => {
                let role = role.parse().map_err(|problem| Error::Usage(format!("{run}: {problem}")))?;
                (Path::new(folder), Some(role))
            }
            None => (Path::new(run), None),
        };
        let mut measured: Option<Self> = None;
        for folder in finished_runs(folder)? {
            let Made { data_sha256, seed } = made(&folder)?;
            let (role, per_user) = choose(folder.read_per_user()?, folder.folder(), wanted)?;
            match &mut measured {
                None => {
                    let name = format!("{}:{role}", run.strip_suffix(&format!(":{role}")).unwrap_or(run));
                    let seeds = vec![seed.filter(|_| role.is_trained())];
                    measured = Some(Self { name, seeds, runs: vec![per_user], data_sha256 });
                }
                Some(of) if of.data_sha256 != data_sha256 || !of.runs[0].is_like(&per_user) => {
                    let message = format!("{run}: its seeds were measured on other users or by other metrics");
                    return Err(Error::Usage(message));
                }
                Some(of) if role.is_trained() => {
                    of.seeds.push(seed);
                    of.runs.push(per_user);
                }
                // A baseline does not depend on the seed: the first run has all.
                Some(_) => {}
            }
        }
        measured.ok_or_else(|| Error::Usage(format!("{run}: no finished run is there")))
    }

    /// Number of seeds.
    pub fn seeds(&self) -> usize {
        self.seeds.len()
    }

    /// The gain of this recommender over `before`. If the two have the same seeds, these belong together.
    ///
    /// # Errors
    /// When the two were not measured on the same users, or not by this metric.
    pub fn over(&self, before: &Self, metric: Metric) -> Result<Comparison> {
        if self.data_sha256 != before.data_sha256 || self.runs[0].users != before.runs[0].users {
            let (name, before) = (&self.name, &before.name);
            let message = format!("{name} and {before} were tested on different data: their users cannot be paired");
            return Err(Error::Usage(message));
        }
        let seeds = if self.seeds == before.seeds { Seeds::Paired } else { Seeds::Apart };
        Ok(Comparison::of(&self.values(metric)?, &before.values(metric)?, seeds))
    }

    /// Of each seed one value per user.
    fn values(&self, metric: Metric) -> Result<Vec<Vec<f64>>> {
        let PerUser { users, metrics, .. } = &self.runs[0];
        if users.is_empty() || !metrics.contains(&metric) {
            return Err(Error::Usage(format!("{metric} was not measured of {}", self.name)));
        }
        Ok(self.runs.iter().map(|per_user| per_user.column(metric).to_vec()).collect())
    }
}

/// What a comparison needs of `result.json`.
#[derive(Deserialize)]
struct Made {
    data_sha256: String,
    seed: Option<u64>,
}

fn made(run: &RunPath) -> Result<Made> {
    run.check_agreement()?;
    run.read_finished()
}

fn choose(mut tested: Tested, folder: &Path, wanted: Option<Role>) -> Result<(Role, PerUser)> {
    let there = tested.keys().map(|role| role.name()).collect::<Vec<_>>().join(", ");
    let role = match wanted {
        Some(role) => Some(role),
        None => [Role::Ract, Role::Actor].into_iter().find(|role| tested.contains_key(role)),
    };
    let found = match role {
        Some(role) => tested.remove_entry(&role),
        None => tested.pop_first(),
    };
    found.ok_or_else(|| {
        let wanted = wanted.map_or("anything", Role::name);
        Error::Usage(format!("{} has not measured {wanted}: there are {there}", folder.display()))
    })
}
