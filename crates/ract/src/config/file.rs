//! Experiment files: how they are read, overridden key by key, and compared.

use crate::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keys that do not change the results of a run by a single bit.
const WITHOUT_EFFECT: [&str; 2] = ["checkpoint_seconds", "actor_from"];

/// Settings that a TOML file holds.
pub trait Settings: Serialize + DeserializeOwned {
    /// Checks the values. The error is a sentence that names the key.
    ///
    /// # Errors
    /// When a value is not allowed.
    fn check(&self) -> Result<(), String>;

    /// Fills in defaults that depend on other values.
    fn fill(&mut self) {}

    /// Reads an experiment file and applies `overrides` of the form `key=value`, such as `actor.epochs=10`.
    ///
    /// # Errors
    /// [`Error::Usage`] with file, line and key, when the text is not TOML, a key is unknown, or a value is out of
    /// range.
    fn read(path: &Path, overrides: &[String]) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| in_file(path, &text, &error))?;
        if !overrides.is_empty() {
            let mut table: toml::Table = toml::from_str(&text).map_err(|error| in_file(path, &text, &error))?;
            for assignment in overrides {
                assign(&mut table, assignment)?;
                settings = table.clone().try_into().map_err(|error: toml::de::Error| {
                    Error::Usage(format!("--set {assignment}: {}", plain(error.message())))
                })?;
            }
        }
        settings.fill();
        settings.check().map_err(|problem| Error::Usage(format!("{}: {problem}", path.display())))?;
        Ok(settings)
    }

    /// All settings, with their defaults, as TOML.
    ///
    /// # Errors
    /// When the settings cannot be written as TOML.
    fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| unwritable(&error))
    }

    /// All keys that change the results, with their values, one on a line.
    ///
    /// # Errors
    /// When it cannot be written as TOML.
    fn identity(&self) -> Result<String> {
        let with_effect = flat(self)?.into_iter().filter(|(key, _)| !WITHOUT_EFFECT.contains(&key.as_str()));
        Ok(with_effect.map(|(key, value)| format!("{key} = {value}\n")).collect())
    }

    /// The first key whose value differs in `other`, with both values. Keys that do not change the results are ignored.
    ///
    /// # Errors
    /// When one of them cannot be written as TOML.
    fn difference(&self, other: &Self) -> Result<Option<String>> {
        let first = self.differences(other)?.into_iter().next();
        Ok(first.map(|[key, one, other]| format!("{key} is {one}, not {other}")))
    }

    /// All keys whose values differ in `other`, each with both values. Keys that do not change the results are ignored.
    ///
    /// # Errors
    /// When one of them cannot be written as TOML.
    fn differences(&self, other: &Self) -> Result<Vec<[String; 3]>> {
        let (one, other) = (flat(self)?, flat(other)?);
        let keys = one.keys().chain(other.keys()).filter(|key| !WITHOUT_EFFECT.contains(&key.as_str()));
        let differing = keys.collect::<BTreeSet<_>>().into_iter().filter(|&key| one.get(key) != other.get(key));
        let shown = |value: Option<&toml::Value>| value.map_or_else(|| "unset".to_owned(), toml::Value::to_string);
        Ok(differing.map(|key| [key.clone(), shown(one.get(key)), shown(other.get(key))]).collect())
    }
}

/// All values by their dotted keys.
fn flat(settings: &impl Serialize) -> Result<BTreeMap<String, toml::Value>> {
    let table = toml::Table::try_from(settings).map_err(|error| unwritable(&error))?;
    let mut values = BTreeMap::new();
    let mut tables = vec![(String::new(), table)];
    while let Some((prefix, table)) = tables.pop() {
        for (key, value) in table {
            let key = format!("{prefix}{key}");
            match value {
                toml::Value::Table(table) => tables.push((format!("{key}."), table)),
                value => drop(values.insert(key, value)),
            }
        }
    }
    Ok(values)
}

fn unwritable(error: &toml::ser::Error) -> Error {
    Error::Failed(format!("cannot write the configuration as TOML: {error}"))
}

/// Sets `key=value` in the table. The value is read as TOML; what is not TOML is a string.
pub(crate) fn assign(table: &mut toml::Table, assignment: &str) -> Result<()> {
    let usage = || Error::Usage(format!("--set {assignment}: write key=value, such as actor.epochs=10"));
    let (key, value) = assignment.split_once('=').ok_or_else(usage)?;
    let parsed: Option<toml::Value> =
        toml::from_str::<toml::Table>(&format!("value = {value}")).ok().and_then(|mut parsed| parsed.remove("value"));
    let value = parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()));
    let (path, last) = key.trim().rsplit_once('.').map_or((None, key.trim()), |(path, last)| (Some(path), last));
    let mut place = table;
    for part in path.into_iter().flat_map(|path| path.split('.')) {
        let entry = place.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        place = entry.as_table_mut().ok_or_else(usage)?;
    }
    place.insert(last.to_owned(), value);
    Ok(())
}

pub(crate) fn in_file(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    Error::Usage(format!("{}{line}: {}", path.display(), plain(error.message())))
}

/// The first line of serde's message. When `data` has neither of its two forms, or both, serde only counts elements;
/// the message here names the two forms instead.
fn plain(message: &str) -> &str {
    match message.lines().next().unwrap_or_default() {
        counted if counted.starts_with("wanted exactly 1 element") => {
            "data is either `path`, a prepared folder, or `synthetic`, data to be generated: one of them, and not both"
        }
        line => line,
    }
}
