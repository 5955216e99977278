//! What was measured of each user, read back to be compared.

use super::layout::{RunPath, finished_runs};
use super::per_user::{PerUser, Tested};
use crate::config::Role;
use crate::metrics::{Comparison, Metric};
use crate::{Error, Result};
use serde::Deserialize;
use std::path::Path;

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
            Some((folder, role)) => {
                let role = role.parse().map_err(|problem| Error::Usage(format!("{run}: {problem}")))?;
                (Path::new(folder), Some(role))
            }
            None => (Path::new(run), None),
        };
        let folders = finished_runs(folder)?;
        let mut measured: Option<Self> = None;
        let runs = folders.len() as f64;
        for folder in &folders {
            let data_sha256 = data_sha256(folder)?;
            let (role, per_user) = choose(folder.read_per_user()?, folder.folder(), wanted)?;
            match &mut measured {
                None => {
                    let name = format!("{}:{role}", run.strip_suffix(&format!(":{role}")).unwrap_or(run));
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

fn data_sha256(run: &RunPath) -> Result<String> {
    #[derive(Deserialize)]
    struct Data {
        data_sha256: String,
    }
    let unfinished = || Error::Failed(format!("{} is not finished", run.folder().display()));
    Ok(run.read_result::<Data>()?.ok_or_else(unfinished)?.data_sha256)
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
