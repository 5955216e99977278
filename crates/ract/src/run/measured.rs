//! The measurements of each user, read from finished runs to be compared.

use super::layout::{RunPath, finished_runs};
use super::per_user::{PerUser, Tested};
use crate::config::Role;
use crate::metrics::{Comparison, Metric};
use crate::{Error, Result};
use serde::Deserialize;
use std::path::Path;

/// The measurements of a recommender, under a name.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The name: the folder, `:`, and the role.
    pub name: String,
    /// The metrics of each user. Over several seeds: their means.
    pub per_user: PerUser,
    /// The fingerprint of the data.
    data_sha256: String,
}

impl Measured {
    /// Reads the measurements that `run` names. `run` is a run folder, or a folder that holds one run folder per seed.
    /// It may end with `:` and a role, such as `actor`, `control` or `ract`. Without a role, it is `ract` if that was
    /// tested, otherwise the actor, otherwise the first tested role.
    ///
    /// # Errors
    /// When nothing was measured there, or when the seeds differ in their users, metrics or data.
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

    /// The gain of this recommender over `before`.
    ///
    /// # Errors
    /// When the two were not measured on the same users, or not by this metric.
    pub fn over(&self, before: &Self, metric: Metric) -> Result<Comparison> {
        let Self { name, per_user, data_sha256 } = self;
        if *data_sha256 != before.data_sha256 || per_user.users != before.per_user.users {
            let message =
                format!("{name} and {} were tested on different data: their users cannot be paired", before.name);
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
