//! Splits in which every user trains (weak generalisation): a user's items are parted into training, validation and test,
//! and all items that the user does not have are ranked. One rule a file; [`Scheme`] names them.
//!
//! In the validation, the fold-in is what the user trains on. In the test it is that and the validation items: nobody trains
//! on these, but they lie in the user's past by then, and an item that the user has is not to be recommended again.
//!
//! A user with nothing held out is in the training only. A user without a training item is left out, and counted.

mod date;
mod given;
mod last;
mod ratio;

pub use date::date;
pub use given::Given;
pub use last::last;
pub use ratio::ratio;

use crate::numbering::Numbering;
use crate::random::{Purpose, stream};
use crate::scheme::Scheme;
use crate::split::{HeldOutPairs, Pairs, Split};
use crate::{DataError, Result};
use rand::seq::index;

/// The items of one user.
#[derive(Default)]
struct Parts {
    train: Vec<u32>,
    validation: Vec<u32>,
    test: Vec<u32>,
}

/// The split that gives each user these parts.
fn split(numbering: Numbering, scheme: Scheme, parts: impl IntoIterator<Item = Parts>) -> Split {
    let [mut validation, mut test] = [(); 2].map(|()| HeldOutPairs::default());
    let (mut train, mut dropped_users) = (Pairs::new(), 0);
    for (uid, of) in (0..).zip(parts) {
        if of.train.is_empty() {
            dropped_users += 1;
            continue;
        }
        let pairs = |items: &[u32]| items.iter().map(|&sid| (uid, sid)).collect::<Pairs>();
        train.extend(pairs(&of.train));
        if !of.validation.is_empty() {
            validation.fold_in.extend(pairs(&of.train));
            validation.targets.extend(pairs(&of.validation));
        }
        if !of.test.is_empty() {
            test.fold_in.extend(pairs(&of.train));
            test.fold_in.extend(pairs(&of.validation));
            test.targets.extend(pairs(&of.test));
        }
    }
    let Numbering { item_ids, user_ids, filtered, .. } = numbering;
    let scheme = Some(scheme);
    Split { train, validation, test, item_ids, user_ids, filtered, scheme, dropped_users, dropped_pairs: 0 }
}

/// Checks that the shares leave something to train on.
fn check_shares(shares: &[(&str, f64)]) -> Result<()> {
    if let Some((name, share)) = shares.iter().find(|(_, share)| !(*share > 0.0 && *share < 1.0)) {
        return Err(DataError::Options(format!("--{name} is {share}: choose a share between 0 and 1")));
    }
    let all: f64 = shares.iter().map(|(_, share)| share).sum();
    if all >= 1.0 {
        let names: Vec<_> = shares.iter().map(|(name, _)| format!("--{name}")).collect();
        let problem = format!("{} are {all} together, so nothing is left to train on: lower them", names.join(" and "));
        return Err(DataError::Options(problem));
    }
    Ok(())
}

/// Takes as many items as each of `shares` says out of `items` at random; the rest stays in its order. Each number is rounded
/// to the nearest whole one, a half up. Where that would leave nothing, nothing is taken.
fn take<const N: usize>(items: &mut Vec<u32>, shares: [f64; N], seed: u32, uid: usize) -> [Vec<u32>; N] {
    let sizes = shares.map(|share| (share * items.len() as f64).round() as usize);
    let mut taken = [(); N].map(|()| Vec::new());
    let all = sizes.iter().sum();
    if all >= items.len() {
        return taken;
    }
    let places = index::sample(&mut stream(seed.into(), Purpose::Parts, 0, uid as u64), items.len(), all).into_vec();
    let mut part_of = vec![None; items.len()];
    let parts = (0..N).flat_map(|part| std::iter::repeat_n(part, sizes[part]));
    places.into_iter().zip(parts).for_each(|(place, part)| part_of[place] = Some(part));
    let mut part_of = part_of.into_iter();
    items.retain(|&item| match part_of.next().flatten() {
        Some(part) => {
            taken[part].push(item);
            false
        }
        None => true,
    });
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::{RawInteractions, ReadOptions};
    use crate::readers::read_csv_text;

    /// `user,item,time` lines.
    pub(super) fn raw(lines: &str) -> RawInteractions {
        let text = format!("user,item,timestamp\n{lines}");
        read_csv_text(&text, &ReadOptions { min_rating: None, by_time: true }).unwrap()
    }

    /// The pairs in the file's ids.
    pub(super) fn named(pairs: &Pairs, split: &Split) -> Vec<(u64, u64)> {
        let number = |id: &crate::Id| id.to_string().parse().unwrap();
        let of =
            |&(uid, sid): &(u32, u32)| (number(&split.user_ids[uid as usize]), number(&split.item_ids[sid as usize]));
        let mut named: Vec<_> = pairs.iter().map(of).collect();
        named.sort_unstable();
        named
    }

    #[test]
    fn a_share_is_rounded_to_the_nearest_and_never_takes_all() {
        for (items, expected) in [(1, [0, 0]), (2, [0, 0]), (3, [0, 1]), (4, [0, 1]), (5, [1, 1]), (14, [1, 3])] {
            let mut left: Vec<u32> = (0..items).collect();
            let taken = take(&mut left, [0.1, 0.2], 1, 0);
            assert_eq!(taken.each_ref().map(Vec::len), expected, "{items}");
            let mut all = [left.clone(), taken.concat()].concat();
            assert!(left.is_sorted());
            all.sort_unstable();
            assert_eq!(all, (0..items).collect::<Vec<_>>());
        }
        let mut only = vec![7];
        assert!(take(&mut only, [0.6], 1, 0)[0].is_empty());
        assert_eq!(only, [7]);
    }

    #[test]
    fn a_draw_depends_on_the_seed_and_the_user() {
        let draw = |seed, uid| take(&mut (0..50).collect(), [0.2], seed, uid);
        assert_eq!(draw(1, 0), draw(1, 0));
        assert!(draw(1, 0) != draw(2, 0) && draw(1, 0) != draw(1, 1));
    }

    #[test]
    fn shares_that_leave_nothing_are_refused() {
        let error = |shares: &[(&str, f64)]| check_shares(shares).unwrap_err().to_string();
        assert_eq!(error(&[("test-share", 0.0)]), "--test-share is 0: choose a share between 0 and 1");
        assert_eq!(error(&[("test-share", f64::NAN)]), "--test-share is NaN: choose a share between 0 and 1");
        assert_eq!(
            error(&[("validation-share", 0.5), ("test-share", 0.5)]),
            "--validation-share and --test-share are 1 together, so nothing is left to train on: lower them"
        );
    }
}
