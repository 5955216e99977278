//! What a run recommends to some of its test users, beside what they have and what was held out.

use super::Lists;
use super::parts::{Part, Rows};
use crate::config::Data;
use crate::recommend::{Choice, Recommended, Source, Titles};
use crate::run::RunPath;
use crate::{Error, Result};
use ract_data::Interactions;
use std::path::Path;

/// Users that are shown: the first ones with held-out items.
const USERS: usize = 10;
/// Items that are recommended to each.
const TOP: usize = 10;
/// Items of a history that are shown.
const SHOWN: usize = 20;

/// The part about the run or baseline in `path`, if lists are wanted. Where the data or the checkpoints are elsewhere or have
/// changed, as with results that are kept, the part says so.
///
/// # Errors
/// When a file cannot be read, or is damaged.
pub(super) fn of_test_users(path: &Path, data: &Data, lists: Lists<'_>) -> Result<Option<Part>> {
    let titles = match lists {
        Lists::None => return Ok(None),
        Lists::Ids => None,
        Lists::Titles(titles) => Some(titles),
    };
    let heading = "Recommendations".to_owned();
    let without = |why: &str| Some(Part { heading: heading.clone(), text: vec![why.to_owned()], ..Part::default() });
    if let Data::Path(folder) = data
        && is_missing(folder)?
    {
        return Ok(without("There are no lists here, because the data are elsewhere."));
    }
    let source = match Source::open(path) {
        Err(Error::Usage(_)) => {
            return Ok(without("There are no lists here, because the data were prepared again since then."));
        }
        source => source?,
    };
    let Some(parts) = parts(&source, path, titles)? else {
        return Ok(without("There are no lists here, because the checkpoints are elsewhere."));
    };
    let text = "The first test users with held-out items. What they have is not recommended to them.";
    Ok(Some(Part { heading, text: vec![text.to_owned()], parts, ..Part::default() }))
}

fn is_missing(path: &Path) -> Result<bool> {
    path.try_exists().map(|there| !there).map_err(Error::file("read", path))
}

/// A part for each of the first test users; `None` without the run's checkpoints.
fn parts(source: &Source, path: &Path, titles: Option<&Titles>) -> Result<Option<Vec<Part>>> {
    if source.is_run() && is_missing(&RunPath::at(path).checkpoints())? {
        return Ok(None);
    }
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
    Ok(Some(users.iter().zip(recommended).map(part).collect()))
}
