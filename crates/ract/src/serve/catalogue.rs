//! The items, for those who look for one by its title.

use super::answer::Item;
use crate::recommend::{Source, Titles};
use std::cmp::Reverse;

/// All items with their titles, the popular ones first.
pub(super) struct Catalogue(Vec<Entry>);

struct Entry {
    id: String,
    title: Option<String>,
    /// Title and id, in lower case.
    text: String,
}

impl Catalogue {
    pub(super) fn of(source: &Source, titles: Option<&Titles>) -> Self {
        let train = &source.data().train;
        let mut users = vec![0_usize; train.n_items()];
        (0..train.n_users()).flat_map(|user| train.items(user)).for_each(|&item| users[item as usize] += 1);
        let mut items: Vec<u32> = (0..users.len() as u32).collect();
        items.sort_by_key(|&item| Reverse(users[item as usize]));
        let entry = |item| {
            let id = source.names.item(item).to_owned();
            let title = titles.map(|titles| titles.of(&id)).filter(|title| !title.is_empty()).map(str::to_owned);
            let text = [title.as_deref().unwrap_or_default(), &id].join(" ").to_lowercase();
            Entry { id, title, text }
        };
        Self(items.into_iter().map(entry).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Up to `most` items in whose title or id a word starts with each of these words; those whose title starts so first, then the
    /// popular ones.
    pub(super) fn find(&self, words: &str, most: usize) -> Vec<Item> {
        let whole = words.trim().to_lowercase();
        let sought: Vec<&str> = words_of(&whole).collect();
        let has = |entry: &Entry, word: &str| words_of(&entry.text).any(|of_entry| of_entry.starts_with(word));
        let found = || self.0.iter().filter(|entry| sought.iter().all(|word| has(entry, word)));
        let starts = |entry: &&Entry| entry.text.starts_with(&whole);
        let first = found().filter(starts).chain(found().filter(|entry| !starts(entry)));
        first.take(most).map(|entry| Item { item: entry.id.clone(), title: entry.title.clone() }).collect()
    }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
