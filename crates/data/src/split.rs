//! The published split (Liang et al., WWW 2018): strong generalisation, the same as the authors' to the byte.

use crate::numpy::NumpyRandom;
use crate::scheme::Scheme;
use crate::{DataError, Id, RawInteractions, Result};
use serde::{Deserialize, Serialize};

/// A held-out user with fewer items has all of them in the fold-in and no targets.
const MIN_ITEMS_TO_SPLIT: usize = 5;
/// The share of a held-out user's items that are targets.
const TARGET_SHARE: f64 = 0.2;
/// The number of users and items that have none.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// What is kept and how it is split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitOptions {
    /// Users with fewer items are left out, after the items are filtered.
    pub min_user_items: usize,
    /// Items with fewer users are left out first.
    pub min_item_users: usize,
    /// Number of validation users, and of test users.
    pub heldout_users: usize,
    /// Seed of numpy's generator; 98765 in the published splits.
    pub seed: u32,
    /// Leave out held-out users who have no item that a training user has, instead of refusing.
    pub drop_empty_users: bool,
}

impl SplitOptions {
    /// What the published splits have in common; the number of held-out users is yet to be set.
    pub const PUBLISHED: Self =
        Self { min_user_items: 5, min_item_users: 0, heldout_users: 0, seed: 98765, drop_empty_users: false };
}

/// Pairs of (uid, sid): a user's place in the permuted list of users, an item's in the vocabulary.
pub type Pairs = Vec<(u32, u32)>;

/// The five files of a split, and the vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// In the raw file's order.
    pub train: Pairs,
    /// Fold-in and targets of the validation users, by ascending user id, then in the raw file's order.
    pub validation: HeldOutPairs,
    /// The same of the test users.
    pub test: HeldOutPairs,
    /// The items' ids in the raw file, in the order in which training users first have them.
    pub item_ids: Vec<Id>,
    /// The users' ids in the raw file, in the order of their uids.
    pub user_ids: Vec<Id>,
    /// What passed the filters.
    pub filtered: Size,
    /// How each user's items were parted, where every user trains ([`crate::known_users`]).
    pub scheme: Option<Scheme>,
    /// Held-out users left out because no training user has any of their items; where every user trains, because they have
    /// no training items.
    pub dropped_users: usize,
    /// Pairs of a given test left out because they are in the given training too.
    pub dropped_pairs: usize,
}

/// How much passed the filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Size {
    pub users: usize,
    pub items: usize,
    pub interactions: usize,
}

impl Size {
    /// The share of all pairs of a user and an item that are there.
    pub fn density(&self) -> f64 {
        self.interactions as f64 / (self.users as f64 * self.items as f64)
    }
}

/// The two parts of held-out users' items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeldOutPairs {
    /// `*_tr.csv`: what a model sees.
    pub fold_in: Pairs,
    /// `*_te.csv`: what is held out.
    pub targets: Pairs,
    /// `*_candidates.csv`: the items that are ranked, where they are not all that the user does not have.
    pub candidates: Option<Pairs>,
}

impl Split {
    /// Number of training users.
    pub(crate) fn training_users(&self) -> usize {
        distinct_users(&self.train)
    }

    /// Number of validation users.
    pub fn validation_users(&self) -> usize {
        distinct_users(&self.validation.fold_in)
    }

    /// Number of test users.
    pub fn test_users(&self) -> usize {
        distinct_users(&self.test.fold_in)
    }

    /// Checks that a model can be selected and tested by it; `file` is where the interactions came from.
    ///
    /// # Errors
    /// When no validation user, or no test user, has a target.
    pub(crate) fn check(&self, file: &str) -> Result<()> {
        for (set, pairs) in [("validation", &self.validation), ("test", &self.test)] {
            if pairs.targets.is_empty() {
                let problem = match &self.scheme {
                    None => format!(
                        "no {set} user has {MIN_ITEMS_TO_SPLIT} items that training users have, so there is nothing to \
                         find: raise --min-user-items"
                    ),
                    Some(scheme) => {
                        format!("{scheme}: no user has items for the {set}, so there is nothing to find")
                    }
                };
                return Err(DataError::File { file: file.to_owned(), problem });
            }
        }
        Ok(())
    }
}

/// Filters and splits.
///
/// # Errors
/// When the filters leave nothing, when there are not enough users to hold out, or when a held-out user has no items
/// left.
pub fn split(raw: &RawInteractions, options: &SplitOptions) -> Result<Split> {
    let pairs = Filter::new(raw, options).pairs(raw);
    let users = users_by_id(raw, &pairs);
    let (n, held_out) = (users.len(), options.heldout_users);
    if n == 0 {
        return Err(nobody_left(raw, options));
    }
    if held_out == 0 || held_out > (n - 1) / 2 {
        return Err(DataError::Options(format!(
            "{}: {held_out} validation users and as many test users cannot be held out of {n} users: choose \
             --heldout-users between 1 and {}",
            raw.file,
            n.saturating_sub(1) / 2
        )));
    }

    // uid: the user's place after numpy's permutation; the last are test users, those before them validation users.
    let permutation = NumpyRandom::new(options.seed).permutation(n);
    let mut uids = vec![UNKNOWN; raw.user_ids.len()];
    let mut user_ids = Vec::with_capacity(n);
    for (uid, &place) in (0..).zip(&permutation) {
        let user = users[place as usize] as usize;
        uids[user] = uid;
        user_ids.push(raw.user_ids[user].clone());
    }
    let (train_end, validation_end) = ((n - 2 * held_out) as u32, (n - held_out) as u32);

    let mut sids = vec![UNKNOWN; raw.item_ids.len()];
    let (mut train, mut item_ids) = (Pairs::new(), Vec::new());
    for &(user, item) in &pairs {
        let (uid, sid) = (uids[user as usize], &mut sids[item as usize]);
        if uid < train_end {
            if *sid == UNKNOWN {
                *sid = item_ids.len() as u32;
                item_ids.push(raw.item_ids[item as usize].clone());
            }
            train.push((uid, *sid));
        }
    }

    let mut dropped_users = 0;
    let mut hold_out = |set: &str, uids_of_set: std::ops::Range<u32>| {
        let of_set = users.iter().copied().filter(|&user| uids_of_set.contains(&uids[user as usize]));
        let of_set: Vec<u32> = of_set.collect();
        let items = items_of(&pairs, &of_set, &uids, &sids);
        for (&user, items) in of_set.iter().zip(&items) {
            if items.is_empty() && !options.drop_empty_users {
                return Err(no_items_left(raw, user, set));
            }
        }
        dropped_users += items.iter().filter(|items| items.is_empty()).count();
        Ok(hold_out_targets(of_set.iter().map(|&user| uids[user as usize]).zip(items), options.seed))
    };
    let validation = hold_out("validation", train_end..validation_end)?;
    let test = hold_out("test", validation_end..n as u32)?;
    let filtered = Size { users: n, items: distinct_items(raw, &pairs), interactions: pairs.len() };
    Ok(Split { train, validation, test, item_ids, user_ids, filtered, scheme: None, dropped_users, dropped_pairs: 0 })
}

/// How many users to hold out twice when nobody says it: a tenth of those who pass the filters, at most 10,000.
pub fn usual_heldout_users(raw: &RawInteractions, options: &SplitOptions) -> usize {
    (users_by_id(raw, &Filter::new(raw, options).pairs(raw)).len() / 10).clamp(1, 10_000)
}

/// Which pairs count: items with too few users go first, then users with too few items, once each.
pub(crate) struct Filter {
    users: Vec<bool>,
    items: Vec<bool>,
}

impl Filter {
    pub(crate) fn new(raw: &RawInteractions, options: &SplitOptions) -> Self {
        let mut item_users = vec![0; raw.item_ids.len()];
        raw.pairs.iter().for_each(|&(_, item)| item_users[item as usize] += 1);
        let items: Vec<bool> = item_users.into_iter().map(|users| users >= options.min_item_users).collect();
        let mut user_items = vec![0; raw.user_ids.len()];
        let left = raw.pairs.iter().filter(|(_, item)| items[*item as usize]);
        left.for_each(|&(user, _)| user_items[user as usize] += 1);
        let users = user_items.into_iter().map(|items| items >= options.min_user_items).collect();
        Self { users, items }
    }

    pub(crate) fn keeps(&self, &(user, item): &(u32, u32)) -> bool {
        self.users[user as usize] && self.items[item as usize]
    }

    /// All pairs that count, in the raw file's order.
    pub(crate) fn pairs(&self, raw: &RawInteractions) -> Pairs {
        raw.pairs.iter().filter(|pair| self.keeps(pair)).copied().collect()
    }
}

/// The users in `pairs`, by ascending id.
pub(crate) fn users_by_id(raw: &RawInteractions, pairs: &Pairs) -> Vec<u32> {
    let mut there = vec![false; raw.user_ids.len()];
    pairs.iter().for_each(|&(user, _)| there[user as usize] = true);
    let mut users: Vec<u32> = (0..there.len() as u32).filter(|&user| there[user as usize]).collect();
    users.sort_unstable_by(|&a, &b| raw.user_ids[a as usize].cmp(&raw.user_ids[b as usize]));
    users
}

/// The number of users in `pairs`, whose numbers are small.
pub(crate) fn distinct_users(pairs: &Pairs) -> usize {
    let users = pairs.iter().map(|&(uid, _)| uid as usize + 1).max().unwrap_or(0);
    let mut there = vec![false; users];
    pairs.iter().for_each(|&(uid, _)| there[uid as usize] = true);
    there.into_iter().filter(|&there| there).count()
}

pub(crate) fn distinct_items(raw: &RawInteractions, pairs: &Pairs) -> usize {
    let mut there = vec![false; raw.item_ids.len()];
    pairs.iter().for_each(|&(_, item)| there[item as usize] = true);
    there.into_iter().filter(|&there| there).count()
}

/// The known items (sids) of each of `users`, in the order of the pairs.
pub(crate) fn items_of<'a>(
    pairs: impl IntoIterator<Item = &'a (u32, u32)>,
    users: &[u32],
    uids: &[u32],
    sids: &[u32],
) -> Vec<Vec<u32>> {
    let mut place = vec![UNKNOWN; uids.len()];
    (0..).zip(users).for_each(|(at, &user)| place[user as usize] = at);
    let mut items = vec![Vec::new(); users.len()];
    for &(user, item) in pairs {
        let (at, sid) = (place[user as usize], sids[item as usize]);
        if at != UNKNOWN && sid != UNKNOWN {
            items[at as usize].push(sid);
        }
    }
    items
}

/// Draws each user's targets from a generator that is seeded anew for this set of users.
fn hold_out_targets(users: impl Iterator<Item = (u32, Vec<u32>)>, seed: u32) -> HeldOutPairs {
    let mut random = NumpyRandom::new(seed);
    let mut pairs = HeldOutPairs::default();
    for (uid, items) in users {
        let mut is_target = vec![false; items.len()];
        if items.len() >= MIN_ITEMS_TO_SPLIT {
            let size = (TARGET_SHARE * items.len() as f64) as usize;
            random.choice(items.len(), size).into_iter().for_each(|at| is_target[at as usize] = true);
        }
        for (sid, is_target) in items.into_iter().zip(is_target) {
            let part = if is_target { &mut pairs.targets } else { &mut pairs.fold_in };
            part.push((uid, sid));
        }
    }
    pairs
}

pub(crate) fn nobody_left(raw: &RawInteractions, options: &SplitOptions) -> DataError {
    let problem = format!(
        "no user has {} items that have {} users: lower --min-user-items or --min-item-users",
        options.min_user_items, options.min_item_users
    );
    DataError::File { file: raw.file.clone(), problem }
}

fn no_items_left(raw: &RawInteractions, user: u32, set: &str) -> DataError {
    let id = &raw.user_ids[user as usize];
    raw.user_places[user as usize].problem(format!(
        "{set} user {id} has no items left: no training user has any of them. Raise --min-item-users, try another \
         --seed, or leave such users out with --drop-empty-users"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::ReadOptions;
    use crate::readers::read_csv_text;

    const OPTIONS: SplitOptions = SplitOptions { min_user_items: 1, heldout_users: 1, ..SplitOptions::PUBLISHED };

    /// From each user's items.
    fn raw(users: &[&[u64]]) -> RawInteractions {
        let rows = (0..).zip(users).flat_map(|(user, items)| items.iter().map(move |item| format!("{user},{item}\n")));
        let text = "user,item\n".to_owned() + &rows.collect::<String>();
        read_csv_text(&text, &ReadOptions::default()).unwrap()
    }

    #[test]
    fn users_are_numbered_by_numpys_permutation_and_items_by_first_appearance() {
        let split = split(&raw(&[&[30, 10], &[10, 30], &[30, 10], &[10, 30]]), &OPTIONS).unwrap();
        let permutation = NumpyRandom::new(98765).permutation(4);
        let uid = |user: u32| permutation.iter().position(|&other| other == user).unwrap() as u32;
        // In the file's order, whatever the numbers.
        let training: Vec<u32> = (0..4).map(uid).filter(|&uid| uid < 2).collect();
        assert_eq!(split.train.iter().map(|pair| pair.0).step_by(2).collect::<Vec<_>>(), training);
        assert_eq!(split.train.iter().map(|pair| pair.1).take(2).collect::<Vec<_>>(), [0, 1]);
        assert!(split.validation.fold_in.iter().all(|pair| pair.0 == 2));
        assert!(split.test.fold_in.iter().all(|pair| pair.0 == 3));
    }

    #[test]
    fn a_fifth_is_to_be_found_and_nothing_of_a_user_with_fewer_than_five_items() {
        for (items, targets) in [(4, 0), (5, 1), (9, 1), (10, 2), (14, 2)] {
            let all: Vec<u64> = (0..items).collect();
            let split = split(&raw(&[&all[..]; 5]), &OPTIONS).unwrap();
            for set in [&split.validation, &split.test] {
                assert_eq!((set.fold_in.len(), set.targets.len()), (items as usize - targets, targets));
            }
        }
    }

    #[test]
    fn items_are_filtered_before_users() {
        // Item 9 has one user; without it that user has one item only.
        let raw = raw(&[&[1, 2], &[1, 2], &[1, 2], &[1, 9], &[1, 2]]);
        let options = SplitOptions { min_user_items: 2, min_item_users: 2, ..OPTIONS };
        let split = split(&raw, &options).unwrap();
        assert_eq!(split.filtered, Size { users: 4, items: 2, interactions: 8 });
    }

    #[test]
    fn a_held_out_users_unknown_items_are_left_out() {
        let users: Vec<Vec<u64>> = (0..6).map(|user| vec![1, 2, 3, 4, 5, 100 + user]).collect();
        let users: Vec<&[u64]> = users.iter().map(Vec::as_slice).collect();
        let split = split(&raw(&users), &OPTIONS).unwrap();
        assert_eq!(split.item_ids.len(), 5 + 4);
        assert_eq!((split.test.fold_in.len(), split.test.targets.len()), (4, 1));
    }
}
