//! What a run recommends to some of its test users, beside what they have and what was held out.

use super::Lists;
use super::parts::{Part, Rows};
use crate::Result;
use crate::recommend::{Choice, Recommended, Source, Titles};
use ract_data::Interactions;
use std::path::Path;

/// Users that are shown: the first ones with held-out items.
const USERS: usize = 10;
/// Items that are recommended to each.
const TOP: usize = 10;
/// Items of a history that are shown.
const SHOWN: usize = 20;

/// The part about the run or baseline in `path`, if lists are wanted. Where they cannot be made, because the data or the
/// checkpoints are elsewhere, the part says so.
pub(super) fn of_test_users(path: &Path, lists: Lists<'_>) -> Option<Part> {
    let titles = match lists {
        Lists::None => return None,
        Lists::Ids => None,
        Lists::Titles(titles) => Some(titles),
    };
    let (text, parts) = match parts(path, titles) {
        Ok(parts) => {
            let text = "The first test users with held-out items. What they have is not recommended to them.";
            (text.to_owned(), parts)
        }
        Err(error) => (format!("There are no lists here: {error}"), Vec::new()),
    };
    Some(Part { heading: "Recommendations".to_owned(), text: vec![text], parts, ..Part::default() })
}

fn parts(path: &Path, titles: Option<&Titles>) -> Result<Vec<Part>> {
    let source = Source::open(path)?;
    let test = &source.data().test;
    let users: Vec<usize> =
        (0..test.n_users()).filter(|&user| !test.held_out.items(user).is_empty()).take(USERS).collect();
    let histories =
        Interactions::from_rows(source.data().n_items(), users.iter().map(|&user| test.fold_in.items(user)));
    let choice = Choice { top: TOP, ..Choice::default() };
    let recommended = source.recommender(None)?.recommend(&histories, &choice)?;
    let name = |item: u32| {
        let id = source.names.item(item);
        let title = titles.map(|titles| titles.of(id)).filter(|title| !title.is_empty());
        title.unwrap_or(id).to_owned()
    };
    let named = |items: &[u32]| {
        let mut text = items.iter().take(SHOWN).map(|&item| name(item)).collect::<Vec<_>>().join("; ");
        if items.len() > SHOWN {
            text += &format!("; and {} more", items.len() - SHOWN);
        }
        text
    };
    let part = |(&user, list): (&usize, Recommended)| {
        let (has, held_out) = (test.fold_in.items(user), test.held_out.items(user));
        let is_hit = |item: u32| held_out.binary_search(&item).is_ok();
        let hits = list.items.iter().filter(|&&(item, _)| is_hit(item)).count();
        let header = ["item", "rank", "score", "held out"].map(str::to_owned).to_vec();
        let row = |(&(item, score), rank): (&(u32, f32), usize)| {
            let hit = if is_hit(item) { "yes" } else { "" };
            vec![name(item), rank.to_string(), format!("{score:.3}"), hit.to_owned()]
        };
        let rows = Some(Rows { header, rows: list.items.iter().zip(1..).map(row).collect() });
        let text = vec![format!("Has: {}.", named(has)), format!("Held out: {}.", named(held_out))];
        let user = source.names.test_users().get(user).map_or_else(|| user.to_string(), Clone::clone);
        let heading = format!("User {user}: {hits} of {} held-out items among the first {TOP}", held_out.len());
        Part { heading, folded: true, text, rows, ..Part::default() }
    };
    Ok(users.iter().zip(recommended).map(part).collect())
}
