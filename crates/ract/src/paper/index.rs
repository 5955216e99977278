//! The index of tables and figures, `experiments/index.toml`: which experiments each of them shows.

use crate::config::{Role, in_file};
use crate::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Groups of experiments, and the experiments that the tables and figures show.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The names of the experiments of each group, by the group's name.
    #[serde(default)]
    pub groups: BTreeMap<String, Vec<String>>,
    #[serde(default, rename = "table")]
    tables: BTreeMap<String, Page>,
    #[serde(default, rename = "figure")]
    figures: BTreeMap<String, Page>,
}

/// The entry of a table or a figure.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The data set to show when none is named.
    pub data: Option<String>,
    #[serde(default)]
    show: Vec<Line>,
}

/// A line of an entry's list: a group, or one experiment.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    group: Option<String>,
    experiment: Option<String>,
    role: Option<Role>,
    #[serde(default)]
    label: String,
    short: Option<String>,
}

/// A row of a table, or a series of a figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The name of the experiment in the data set's folder.
    pub experiment: String,
    /// The role that is shown. For the experiments of a group it may be missing; then all roles are shown.
    pub role: Option<Role>,
    /// Its name in the table or figure.
    pub label: String,
    short: Option<String>,
}

impl Shown {
    /// Its name where there is little room.
    pub fn short(&self) -> &str {
        self.short.as_deref().unwrap_or(&self.label)
    }
}

impl Index {
    /// Reads the index at `path`: [`index`](crate::run::layout::index), except in tests.
    ///
    /// # Errors
    /// When the file is missing or its contents are not valid.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        let index: Self = toml::from_str(&text).map_err(|error| in_file(path, &text, &error))?;
        index.check().map_err(|problem| Error::Usage(format!("{}: {problem}", path.display())))?;
        Ok(index)
    }

    fn check(&self) -> Result<(), String> {
        let pages = self.tables.values().chain(self.figures.values());
        for line in pages.flat_map(|page| &page.show) {
            match (&line.group, &line.experiment) {
                (Some(group), None) => drop(self.group(group)?),
                (None, Some(_)) => {}
                _ => return Err("each line of `show` names either a group or an experiment, not both".to_owned()),
            }
        }
        Ok(())
    }

    /// The experiments of a group.
    ///
    /// # Errors
    /// When there is no group of that name.
    pub fn group(&self, name: &str) -> Result<&[String], String> {
        self.groups.get(name).map(Vec::as_slice).ok_or_else(|| {
            let names: Vec<_> = self.groups.keys().map(String::as_str).collect();
            format!("there is no group '{name}': write one of {}", names.join(", "))
        })
    }

    /// The entry of table `number`; empty when the index has none.
    pub fn table(&self, number: u8) -> Page {
        self.tables.get(&number.to_string()).cloned().unwrap_or_default()
    }

    /// The entry of figure `number`; empty when the index has none.
    pub fn figure(&self, number: u8) -> Page {
        self.figures.get(&number.to_string()).cloned().unwrap_or_default()
    }

    /// The experiments that `page` shows, in order.
    pub fn shown(&self, page: &Page) -> Vec<Shown> {
        let of_line = |line: &Line| {
            let of_group = line.group.iter().flat_map(|group| self.groups.get(group)).flatten();
            let Line { role, label, short, .. } = line.clone();
            let shown = move |name: &String| Shown {
                experiment: name.clone(),
                role,
                label: label.clone(),
                short: short.clone(),
            };
            of_group.chain(&line.experiment).map(shown).collect::<Vec<_>>()
        };
        page.show.iter().flat_map(of_line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AnyConfig, Data};
    use crate::experiment::sweep;
    use crate::paper::figures::FIGURES;
    use crate::paper::tables::TABLES;
    use ract_models::actors::ActorKind;
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    fn repository() -> Index {
        let index: Index = toml::from_str(include_str!("../../../../experiments/index.toml")).unwrap();
        index.check().unwrap();
        index
    }

    fn experiments() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments")
    }

    /// The names of the experiments on a data set.
    fn files(data: &str) -> BTreeSet<String> {
        let entries = std::fs::read_dir(experiments().join(data)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter_map(|name| name.strip_suffix(".toml").map(str::to_owned)).collect()
    }

    #[test]
    fn the_tables_and_figures_of_the_index_exist() {
        let index = repository();
        let numbers =
            |pages: &BTreeMap<String, Page>| pages.keys().map(|key| key.parse().unwrap()).collect::<Vec<u8>>();
        assert!(numbers(&index.tables).iter().all(|number| TABLES.iter().any(|table| table.number == *number)));
        assert!(numbers(&index.figures).iter().all(|number| FIGURES.iter().any(|figure| figure.number == *number)));
    }

    /// Each experiment is in a group, and each name in the index belongs to an experiment.
    #[test]
    fn every_experiment_on_movielens_1m_is_in_a_group_and_every_name_is_an_experiment() {
        let index = repository();
        let grouped: BTreeSet<String> = index.groups.values().flatten().cloned().collect();
        let missing: Vec<_> = files("ml-1m").difference(&grouped).cloned().collect();
        assert!(missing.is_empty(), "in no group: {missing:?}");
        let there: BTreeSet<String> =
            ["ml-1m", "ml-20m", "gowalla", "ncf-ml-100k", "gowalla-m1", "amazon-electronic", "shop"]
                .into_iter()
                .flat_map(files)
                .collect();
        let pages = index.tables.values().chain(index.figures.values());
        let shown = pages.flat_map(|page| index.shown(page)).map(|shown| shown.experiment);
        for name in grouped.iter().cloned().chain(shown) {
            assert!(there.contains(&name), "there is no experiment {name}");
        }
    }

    /// A file of an actor's name trains that actor.
    #[test]
    fn every_experiment_file_can_be_read_and_is_of_its_folders_data_set() {
        let folders = std::fs::read_dir(experiments()).unwrap().map(|entry| entry.unwrap().file_name());
        for data in folders.map(|name| name.into_string().unwrap()).filter(|name| experiments().join(name).is_dir()) {
            for name in files(&data) {
                let path = experiments().join(&data).join(format!("{name}.toml"));
                let text = std::fs::read_to_string(&path).unwrap();
                let table: toml::Table = toml::from_str(&text).unwrap();
                let (dataset, folder) = if table.contains_key("sweep") {
                    let config = sweep::read(&path).unwrap().swap_remove(0).config;
                    (config.dataset, config.data)
                } else {
                    match AnyConfig::read(&path, &[]).unwrap() {
                        AnyConfig::Baseline(config) => (config.dataset, config.data),
                        AnyConfig::Run(config) => {
                            let is_of_an_actor = ActorKind::named(&name).is_some();
                            assert!(!is_of_an_actor || config.actor.network.name == name, "{}", path.display());
                            (config.dataset, config.data)
                        }
                    }
                };
                assert_eq!(dataset, data, "{}", path.display());
                if let Data::Path(folder) = folder {
                    assert_eq!(folder, Path::new("data").join(&data), "{}", path.display());
                }
            }
        }
    }

    #[test]
    fn an_unknown_group_and_an_unknown_section_are_refused() {
        let index: Index =
            toml::from_str("[table.4]\nshow = [{ group = \"actor\" }]\n[groups]\nactors = []\n").unwrap();
        let error = index.check().unwrap_err();
        assert_eq!(error, "there is no group 'actor': write one of actors");
        assert!(toml::from_str::<Index>("[tables.4]\n").unwrap_err().message().contains("unknown field `tables`"));
    }
}
