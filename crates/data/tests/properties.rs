//! What is true of every data set, on data sets that are drawn at random. The rules of the splits are written here once more, in
//! the plainest way, and the order of the rows is any.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;
use ract_data::prepared::{self, Meta};
use ract_data::readers::{CSV, Input};
use ract_data::{
    Dataset, HeldOutPairs, NEGATIVES_PER_USER, NumpyRandom, Pairs, RawInteractions, ReadOptions, Split, SplitOptions,
    fingerprint, known_users, leave_one_out, split,
};
use std::collections::{BTreeMap, BTreeSet};

/// User, item, rating, time.
type Row = (u64, u64, u8, u32);

/// Rows in any order, some of them repeated.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0_u64..14, 0_u64..12, 1_u8..=5, 0_u32..20);
    prop::collection::vec(row, 40..160)
}

fn options() -> impl Strategy<Value = SplitOptions> {
    (0_usize..4, 0_usize..4, 1_usize..4, any::<u32>()).prop_map(
        |(min_user_items, min_item_users, heldout_users, seed)| SplitOptions {
            min_user_items,
            min_item_users,
            heldout_users,
            seed,
            drop_empty_users: true,
        },
    )
}

fn read(rows: &[Row], options: &ReadOptions) -> Option<RawInteractions> {
    let lines = rows.iter().map(|(user, item, rating, time)| format!("{user},{item},{rating},{time}\n"));
    let text = format!("userId,movieId,rating,timestamp\n{}", lines.collect::<String>());
    CSV.read(Input::stream("FILE", text.as_bytes()), options).ok()
}

/// The pairs that count: above the threshold, in the order of the file or of time, each where it is first.
fn kept(rows: &[Row], options: &ReadOptions) -> Vec<(u64, u64)> {
    let mut rows: Vec<_> =
        rows.iter().filter(|row| options.min_rating.is_none_or(|least| f64::from(row.2) > least)).collect();
    if options.by_time {
        rows.sort_by_key(|row| row.3);
    }
    let mut met = BTreeSet::new();
    rows.into_iter().map(|row| (row.0, row.1)).filter(|pair| met.insert(*pair)).collect()
}

/// Items with too few users go first, then users with too few items.
fn filtered(pairs: Vec<(u64, u64)>, options: &SplitOptions) -> Vec<(u64, u64)> {
    let users_of = |item, pairs: &[(u64, u64)]| pairs.iter().filter(|pair| pair.1 == item).count();
    let popular = pairs.iter().filter(|pair| users_of(pair.1, &pairs) >= options.min_item_users);
    let popular: Vec<_> = popular.copied().collect();
    let items_of = |user| popular.iter().filter(|pair| pair.0 == user).count();
    popular.iter().filter(|pair| items_of(pair.0) >= options.min_user_items).copied().collect()
}

/// The rule of the published split, in numbers of the file.
struct Rule {
    /// The user of each uid.
    users: Vec<u64>,
    /// The item of each sid.
    items: Vec<u64>,
    train: Vec<(u64, u64)>,
    /// Fold-in and targets of the validation users, and of the test users.
    held_out: [[Vec<(u64, u64)>; 2]; 2],
}

fn rule(pairs: &[(u64, u64)], options: &SplitOptions) -> Rule {
    let by_id: Vec<u64> = pairs.iter().map(|pair| pair.0).collect::<BTreeSet<_>>().into_iter().collect();
    let order = NumpyRandom::new(options.seed).permutation(by_id.len());
    let users: Vec<u64> = order.iter().map(|&place| by_id[place as usize]).collect();
    let (training, rest) = users.split_at(users.len() - 2 * options.heldout_users);
    let train: Vec<_> = pairs.iter().filter(|pair| training.contains(&pair.0)).copied().collect();
    let mut items: Vec<u64> = Vec::new();
    train.iter().for_each(|pair| {
        if !items.contains(&pair.1) {
            items.push(pair.1)
        }
    });
    let (validation, test) = rest.split_at(options.heldout_users);
    let held_out = [validation, test].map(|set| {
        let mut random = NumpyRandom::new(options.seed);
        let [mut fold_in, mut targets] = [Vec::new(), Vec::new()];
        for user in by_id.iter().filter(|user| set.contains(user)) {
            let own: Vec<_> = pairs.iter().filter(|pair| pair.0 == *user && items.contains(&pair.1)).copied().collect();
            // A fifth are targets, and none of a user with fewer than five items.
            let chosen = if own.len() < 5 { Vec::new() } else { random.choice(own.len(), own.len() / 5) };
            for (place, pair) in (0..).zip(own) {
                if chosen.contains(&place) { targets.push(pair) } else { fold_in.push(pair) }
            }
        }
        [fold_in, targets]
    });
    Rule { users, items, train, held_out }
}

/// The items of a split in the numbers of the file.
fn items_of(split: &Split) -> Vec<u64> {
    split.item_ids.iter().map(|id| id.to_string().parse().unwrap()).collect()
}

fn users(pairs: &Pairs) -> BTreeSet<u32> {
    pairs.iter().map(|pair| pair.0).collect()
}

fn check_parts(set: &HeldOutPairs) {
    let fold_in: BTreeSet<_> = set.fold_in.iter().collect();
    assert!(set.targets.iter().all(|pair| !fold_in.contains(pair)), "a target that the model sees");
    assert!(users(&set.targets).is_subset(&users(&set.fold_in)));
}

/// A split of each kind in which every user trains. The moments and the shares are drawn too.
fn where_every_user_trains() -> impl Strategy<Value = (Vec<Row>, SplitOptions, u8, [u32; 2], [f64; 2])> {
    (rows(), options(), 0_u8..4, [0_u32..10, 10_u32..20], [0.05..0.45, 0.05..0.45])
}

/// Pairs of user and item, as written to a file, as read from it, and split.
type Drawn = (Vec<(u64, u64)>, RawInteractions, Split);

/// The pairs that are to be parted, and the split; an error where a set would be empty.
fn split_by_user(rows: &[Row], options: &SplitOptions, kind: u8, moments: [u32; 2], shares: [f64; 2]) -> Option<Drawn> {
    let timed = ReadOptions { min_rating: None, by_time: true };
    let raw = read(rows, &timed)?;
    let pairs = filtered(kept(rows, &timed), options);
    let split = match kind {
        0 => known_users::last(&raw, options),
        1 => known_users::ratio(&raw, options, shares[0], shares[1]),
        2 => {
            let [validation_from, test_from] = moments.map(|moment| moment.to_string().parse().unwrap());
            known_users::date(&raw, options, &validation_from, &test_from)
        }
        _ => {
            let (train, test) = rows.split_at(rows.len() * 2 / 3);
            let given = known_users::Given::join(read(train, &timed)?, read(test, &timed)?);
            let split = given.split(shares[0], options.seed).ok()?;
            return Some((kept(rows, &ReadOptions::default()), given.interactions, split));
        }
    };
    Some((pairs, raw, split.ok()?))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn where_every_user_trains_the_parts_are_disjoint_and_are_all_that_the_user_has(
        (rows, options, kind, moments, shares) in where_every_user_trains(),
    ) {
        let Some((pairs, _, split)) = split_by_user(&rows, &options, kind, moments, shares) else { return Ok(()) };
        let items = items_of(&split);
        let user_ids: Vec<u64> = split.user_ids.iter().map(|id| id.to_string().parse().unwrap()).collect();
        prop_assert_eq!(&user_ids, &pairs.iter().map(|pair| pair.0).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        prop_assert_eq!(items.iter().collect::<BTreeSet<_>>(), pairs.iter().map(|pair| &pair.1).collect());
        let mut dropped = 0;
        for (uid, user) in (0..).zip(user_ids) {
            let of = |pairs: &Pairs| -> BTreeSet<u64> {
                pairs.iter().filter(|pair| pair.0 == uid).map(|pair| items[pair.1 as usize]).collect()
            };
            let own: BTreeSet<u64> = pairs.iter().filter(|pair| pair.0 == user).map(|pair| pair.1).collect();
            let (train, validation, test) = (of(&split.train), of(&split.validation.targets), of(&split.test.targets));
            if train.is_empty() {
                prop_assert!(validation.is_empty() && test.is_empty());
                dropped += 1;
                continue;
            }
            prop_assert!(train.is_disjoint(&validation) && train.is_disjoint(&test) && validation.is_disjoint(&test));
            prop_assert_eq!(&(&train | &validation) | &test, own);
            let past = &train | &validation;
            let seen = |targets: &BTreeSet<u64>, items: BTreeSet<u64>| if targets.is_empty() { BTreeSet::new() } else { items };
            prop_assert_eq!(of(&split.validation.fold_in), seen(&validation, train));
            prop_assert_eq!(of(&split.test.fold_in), seen(&test, past));
        }
        prop_assert_eq!(split.dropped_users, dropped);
    }

    #[test]
    fn any_order_of_the_rows_gives_the_split_of_the_rule(rows in rows(), options in options(), by_rating: bool, by_time: bool) {
        let read_options = ReadOptions { min_rating: by_rating.then_some(2.5), by_time };
        let Some(raw) = read(&rows, &read_options) else { return Ok(()) };
        let pairs = filtered(kept(&rows, &read_options), &options);
        let n = pairs.iter().map(|pair| pair.0).collect::<BTreeSet<_>>().len();
        let Ok(split) = split(&raw, &options) else {
            prop_assert!(n < 2 * options.heldout_users + 1);
            return Ok(());
        };
        let rule = rule(&pairs, &options);
        prop_assert_eq!(items_of(&split), rule.items.clone());
        let named = |pairs: &Pairs| -> Vec<_> {
            pairs.iter().map(|&(uid, sid)| (rule.users[uid as usize], rule.items[sid as usize])).collect()
        };
        prop_assert_eq!(named(&split.train), rule.train);
        for (set, [fold_in, targets]) in [&split.validation, &split.test].into_iter().zip(rule.held_out) {
            prop_assert_eq!((named(&set.fold_in), named(&set.targets)), (fold_in, targets));
        }
        let items = pairs.iter().map(|pair| pair.1).collect::<BTreeSet<_>>().len();
        let filtered = split.filtered;
        prop_assert_eq!((filtered.users, filtered.items, filtered.interactions), (n, items, pairs.len()));
    }

    #[test]
    fn who_is_held_out_does_not_depend_on_the_order_of_the_rows(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        options in options(),
    ) {
        let split_of = |rows: &[Row]| split(&read(rows, &ReadOptions::default()).unwrap(), &options).ok();
        let sets = |split: &Split| {
            let sizes = |pairs: &Pairs| pairs.iter().fold(BTreeMap::new(), |mut sizes, pair| { *sizes.entry(pair.0).or_insert(0) += 1; sizes });
            let all = |set: &HeldOutPairs| sizes(&[set.fold_in.clone(), set.targets.clone()].concat());
            (sizes(&split.train), all(&split.validation), all(&split.test), items_of(split).into_iter().collect::<BTreeSet<_>>())
        };
        let (one, other) = (split_of(&rows), split_of(&shuffled));
        prop_assert_eq!(one.as_ref().map(sets), other.as_ref().map(sets));
    }

    #[test]
    fn the_users_of_the_sets_are_disjoint_and_so_are_fold_in_and_targets(rows in rows(), options in options()) {
        let Ok(split) = split(&read(&rows, &ReadOptions::default()).unwrap(), &options) else { return Ok(()) };
        let [train, validation, test] = [&split.train, &split.validation.fold_in, &split.test.fold_in].map(users);
        prop_assert!(train.is_disjoint(&validation) && train.is_disjoint(&test) && validation.is_disjoint(&test));
        check_parts(&split.validation);
        check_parts(&split.test);
    }

    #[test]
    fn the_last_item_of_every_user_is_the_tests_whatever_the_order_of_the_rows(
        rows in rows(), seed: u32, by_rating: bool,
    ) {
        let read_options = ReadOptions { min_rating: by_rating.then_some(2.5), by_time: true };
        // Two users have so many other items that there are enough to rank a target among.
        let others = (100..300).map(|item| (item % 2 + 100, item, 5, 1));
        let rows: Vec<Row> = rows.into_iter().chain(others).collect();
        let options = SplitOptions { min_user_items: 3, seed, ..SplitOptions::PUBLISHED };
        let split = leave_one_out(&read(&rows, &read_options).unwrap(), &options).unwrap();
        let pairs = filtered(kept(&rows, &read_options), &options);
        let items = items_of(&split);
        let by_id: BTreeSet<u64> = pairs.iter().map(|pair| pair.0).collect();
        for (uid, user) in (0..).zip(by_id) {
            let of = |pairs: &Pairs| -> Vec<u64> {
                pairs.iter().filter(|pair| pair.0 == uid).map(|pair| items[pair.1 as usize]).collect()
            };
            let own: Vec<u64> = pairs.iter().filter(|pair| pair.0 == user).map(|pair| pair.1).collect();
            let (past, last) = own.split_at(own.len() - 2);
            prop_assert_eq!(of(&split.train), past);
            prop_assert_eq!((of(&split.validation.fold_in), of(&split.validation.targets)), (past.to_vec(), vec![last[0]]));
            prop_assert_eq!((of(&split.test.fold_in), of(&split.test.targets)), (own[..own.len() - 1].to_vec(), vec![last[1]]));
            for (set, target) in [&split.validation, &split.test].into_iter().zip(last) {
                let ranked: BTreeSet<u64> = of(set.candidates.as_ref().unwrap()).into_iter().collect();
                prop_assert_eq!(ranked.len(), NEGATIVES_PER_USER + 1);
                prop_assert_eq!(ranked.iter().filter(|item| own.contains(item)).collect::<Vec<_>>(), [target]);
            }
        }
    }
}

proptest! {
    // Each case waits for the disk.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_prepared_folder_in_which_every_user_trains_reads_back_as_it_was_split(
        (rows, options, kind, moments, shares) in where_every_user_trains(),
    ) {
        let Some((_, raw, split)) = split_by_user(&rows, &options, kind, moments, shares) else { return Ok(()) };
        let has_targets = [&split.validation, &split.test].iter().all(|set| !set.targets.is_empty());
        let folder = tempfile::tempdir().unwrap();
        let meta = Meta::new(&raw, None, &options, &split);
        prop_assert_eq!(prepared::write(folder.path(), &split, &meta).is_ok(), has_targets);
        if has_targets {
            prop_assert_eq!(Dataset::read(folder.path()).unwrap(), Dataset::of(&split));
            let found = Meta::read(folder.path()).unwrap().unwrap();
            prop_assert_eq!(found, Meta { files: Meta::read(folder.path()).unwrap().unwrap().files, ..meta });
        }
    }

    #[test]
    fn a_prepared_folder_reads_back_as_it_was_split(rows in rows(), options in options(), last_item: bool) {
        let raw = read(&rows, &ReadOptions::default()).unwrap();
        let made = if last_item {
            let others = (100..300).map(|item| (item % 2 + 100, item, 5, 1));
            let rows: Vec<Row> = rows.into_iter().chain(others).collect();
            let options = SplitOptions { min_user_items: 3, ..options.clone() };
            leave_one_out(&read(&rows, &ReadOptions { min_rating: None, by_time: true }).unwrap(), &options)
        } else {
            split(&raw, &options)
        };
        let Ok(split) = made else { return Ok(()) };
        let meta = Meta::new(&raw, None, &options, &split);
        let folder = tempfile::tempdir().unwrap();
        let has_targets = [&split.validation, &split.test].iter().all(|set| !set.targets.is_empty());
        let written = prepared::write(folder.path(), &split, &meta);
        prop_assert_eq!(written.is_ok(), has_targets);
        if has_targets {
            let data = Dataset::read(folder.path()).unwrap();
            prop_assert_eq!(&data, &Dataset::of(&split));
            prop_assert_eq!(fingerprint(&data), fingerprint(&Dataset::of(&split)));
            let counts = [&data.train, &data.validation.fold_in, &data.validation.held_out, &data.test.fold_in, &data.test.held_out];
            let of = meta.interactions;
            let expected = [of.train, of.validation_tr, of.validation_te, of.test_tr, of.test_te];
            prop_assert_eq!(counts.map(|part| part.len()), expected);
            let found = Meta::read(folder.path()).unwrap().unwrap();
            prop_assert_eq!(found.files.values().map(|file| file.rows as usize).sum::<usize>(),
                expected.iter().sum::<usize>() + split.item_ids.len() + split.user_ids.len()
                + [&split.validation, &split.test].iter().filter_map(|set| set.candidates.as_ref()).map(Vec::len).sum::<usize>());
            prop_assert_eq!(Meta { files: BTreeMap::new(), ..found }, meta);
        }
    }
}
