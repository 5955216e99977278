//! What was measured of each user, read back to be compared.

use crate::metrics::{Comparison, Metric};
use crate::run::{PerUser, Tested, per_user};
use crate::{Error, Result};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

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
