//! Registries: lists of what an experiment file can name, one list per kind of thing.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// The type of a registry's entries.
pub trait Registered: Sized + 'static {
    /// The kind of thing, for messages: `critic feature`.
    const WHAT: &'static str;

    /// All entries, in the order in which they are shown.
    fn registry() -> &'static [Self];

    /// The name in experiment files and results.
    fn name(&self) -> &'static str;
}

/// A reference to an entry of a registry. Files store its name. Entries are ordered by their position in the registry.
#[derive(Serialize, Deserialize)]
#[serde(into = "String", try_from = "String", bound = "E: Registered")]
pub struct Entry<E: 'static>(&'static E);

impl<E: Registered> Entry<E> {
    /// The entry with this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        E::registry().iter().find(|entry| entry.name() == name).map(Self)
    }

    /// All entries, in the order of the registry.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        E::registry().iter().map(Self)
    }

    /// The name in experiment files and results.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    fn place(self) -> Option<usize> {
        E::registry().iter().position(|entry| entry.name() == self.name())
    }
}

/// The first entry of the registry.
impl<E: Registered> Default for Entry<E> {
    fn default() -> Self {
        Self(&E::registry()[0])
    }
}

impl<E> Clone for Entry<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Entry<E> {}

impl<E> Deref for Entry<E> {
    type Target = E;

    fn deref(&self) -> &E {
        self.0
    }
}

impl<E: Registered> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl<E: Registered> Eq for Entry<E> {}

impl<E: Registered> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E: Registered> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl<E: Registered> fmt::Debug for Entry<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<E: Registered> fmt::Display for Entry<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<E: Registered> FromStr for Entry<E> {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::named(name).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(Self::name).collect();
            format!("there is no {} '{name}': write one of {}", E::WHAT, names.join(", "))
        })
    }
}

impl<E: Registered> From<Entry<E>> for String {
    fn from(entry: Entry<E>) -> Self {
        entry.name().to_owned()
    }
}

impl<E: Registered> TryFrom<String> for Entry<E> {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use crate::features::Feature;

    #[test]
    fn entries_are_written_by_name_and_ordered_as_in_the_registry() {
        let [seen, loss] = ["seen", "loss"].map(|name| name.parse::<Feature>().unwrap());
        assert!(seen < loss && seen == Feature::named("seen").unwrap());
        assert_eq!(serde_json::to_string(&[seen, loss]).unwrap(), r#"["seen","loss"]"#);
        assert_eq!(serde_json::from_str::<Feature>("\"loss\"").unwrap(), loss);
        let error = "sene".parse::<Feature>().unwrap_err();
        assert!(error.starts_with("there is no critic feature 'sene': write one of seen, unseen, loss"), "{error}");
    }
}
