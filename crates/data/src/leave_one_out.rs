//! The protocol of NCF (He et al., WWW 2017): the last item of every user is ranked with 99 items that the user does not
//! have.

use crate::numbering::Numbering;
use crate::random::{Purpose, stream};
use crate::split::{HeldOutPairs, Pairs};
use crate::{DataError, RawInteractions, Result, Split, SplitOptions};
use rand::Rng;
use rand::seq::IndexedRandom;
use rayon::prelude::*;

/// Items that a held-out item is ranked with: sampled negatives.
pub const NEGATIVES_PER_USER: usize = 99;

/// Every user trains, on all items but the last two. The last item is the test's target. The last but one is the
/// validation's target, by the same rule: NCF itself chooses the epoch on the test, and no choice here sees the test.
///
/// `raw` is in the order of time. Both targets of a user are ranked with [`NEGATIVES_PER_USER`] items each, drawn from
/// those that the user has in none of the three parts; in the test with `raw.test_negatives`, where there are any. In the
/// test the fold-in holds the validation item too. It was not trained on, but it lies in the past by then: without a
/// user's latest item the question would not be NCF's, whose models train on it.
///
/// All items count, those too that nobody trains on, as in NCF. Of the options, `heldout_users` and `drop_empty_users`
/// do not count: all users are held out, and none is empty.
///
/// # Errors
/// When the filters leave nobody; when a user has fewer than three items, or so many that too few others are left.
pub fn leave_one_out(raw: &RawInteractions, options: &SplitOptions) -> Result<Split> {
    let numbering = Numbering::new(raw, options)?;
    let items = numbering.items_of(&raw.pairs);
    let Numbering { users, user_ids, item_ids, sids, filtered, .. } = numbering;
    let given = |user: u32| raw.test_negatives.as_ref().map(|of| &of[user as usize]);
    let candidates_of = |uid: usize| {
        let (user, items) = (users[uid], &items[uid]);
        let [_, .., validation, test] = items[..] else { return Err(too_few_items(raw, user, items.len())) };
        let mut own = items.clone();
        own.sort_unstable();
        let others: Vec<u32> = (0..item_ids.len() as u32).filter(|sid| own.binary_search(sid).is_err()).collect();
        let drawn = |when| ranked_among(&others, stream(options.seed.into(), Purpose::Negatives, when, uid as u64));
        let of_test = match given(user) {
            Some(negatives) => Some(negatives.iter().map(|&item| sids[item as usize]).collect()),
            None => drawn(1),
        };
        let (Some(mut of_validation), Some(mut of_test)) = (drawn(0), of_test) else {
            return Err(too_few_others(raw, user, others.len(), item_ids.len()));
        };
        of_validation.push(validation);
        of_test.push(test);
        Ok([of_validation, of_test])
    };
    let candidates = (0..users.len()).into_par_iter().map(candidates_of).collect::<Result<Vec<_>>>()?;

    let mut train = Pairs::new();
    let [mut validation, mut test] =
        [(); 2].map(|()| HeldOutPairs { candidates: Some(Pairs::new()), ..Default::default() });
    for ((uid, items), candidates) in (0..).zip(&items).zip(candidates) {
        let pairs = |items: &[u32]| items.iter().map(|&sid| (uid, sid)).collect::<Pairs>();
        train.extend(pairs(&items[..items.len() - 2]));
        for ((set, candidates), hidden) in [&mut validation, &mut test].into_iter().zip(&candidates).zip([2, 1]) {
            let (seen, hidden) = items.split_at(items.len() - hidden);
            set.fold_in.extend(pairs(seen));
            set.targets.extend(pairs(&hidden[..1]));
            set.candidates.get_or_insert_default().extend(pairs(candidates));
        }
    }
    Ok(Split {
        train,
        validation,
        test,
        item_ids,
        user_ids,
        filtered,
        scheme: None,
        dropped_users: 0,
        dropped_pairs: 0,
    })
}

fn ranked_among(others: &[u32], mut rng: impl Rng) -> Option<Vec<u32>> {
    (others.len() >= NEGATIVES_PER_USER)
        .then(|| others.choose_multiple(&mut rng, NEGATIVES_PER_USER).copied().collect())
}

fn too_few_items(raw: &RawInteractions, user: u32, items: usize) -> DataError {
    let id = &raw.user_ids[user as usize];
    raw.user_places[user as usize].problem(format!(
        "user {id} has {items} items, but needs 3: one to train on, one for validation, one for the test; leave such users \
         out with --min-user-items 3"
    ))
}

fn too_few_others(raw: &RawInteractions, user: u32, others: usize, all: usize) -> DataError {
    let id = &raw.user_ids[user as usize];
    raw.user_places[user as usize].problem(format!(
        "user {id} has all but {others} of the {all} items, but {NEGATIVES_PER_USER} are needed to rank a held-out one \
         among: leave the user out"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::ReadOptions;
    use crate::readers::read_csv_text;

    const OPTIONS: SplitOptions = SplitOptions { min_user_items: 3, seed: 1, ..SplitOptions::PUBLISHED };

    /// `user,item,time` lines, and the users 1000 and 1001, who have a hundred items more each.
    fn raw(lines: &str) -> RawInteractions {
        let many: String = (1000..1200).map(|item| format!("{},{item},{item}\n", 990 + item / 100)).collect();
        let text = format!("user,item,timestamp\n{lines}{many}");
        read_csv_text(&text, &ReadOptions { min_rating: None, by_time: true }).unwrap()
    }

    /// The items' ids.
    fn of_user(pairs: &Pairs, uid: u32, split: &Split) -> Vec<u64> {
        let items = pairs.iter().filter(|pair| pair.0 == uid).map(|pair| &split.item_ids[pair.1 as usize]);
        items.map(|id| id.to_string().parse().unwrap()).collect()
    }

    #[test]
    fn the_last_item_by_time_is_the_tests_and_the_one_before_it_the_validations() {
        let split = leave_one_out(&raw("7,1,50\n7,2,90\n7,3,10\n7,4,70\n3,1,5\n3,2,4\n3,3,3\n"), &OPTIONS).unwrap();
        // Users by id: 3, 7, ...
        let of = |pairs| of_user(pairs, 1, &split);
        assert_eq!(of(&split.train), [3, 1]);
        assert_eq!((of(&split.validation.fold_in), of(&split.validation.targets)), (vec![3, 1], vec![4]));
        assert_eq!((of(&split.test.fold_in), of(&split.test.targets)), (vec![3, 1, 4], vec![2]));
        assert_eq!(of_user(&split.test.targets, 0, &split), [1]);
        assert_eq!((split.training_users(), split.test.targets.len(), split.item_ids.len()), (4, 4, 204));
    }

    #[test]
    fn at_the_same_time_the_later_line_is_the_last() {
        let split = leave_one_out(&raw("1,10,5\n1,30,5\n1,20,5\n1,40,4\n"), &OPTIONS).unwrap();
        let of = |pairs| of_user(pairs, 0, &split);
        assert_eq!(
            (of(&split.train), of(&split.validation.targets), of(&split.test.targets)),
            (vec![40, 10], vec![30], vec![20])
        );
    }

    #[test]
    fn a_held_out_item_is_ranked_among_99_that_the_user_never_has_whatever_the_number_of_threads() {
        let raw = raw(&(0..600).map(|n| format!("{},{},{n}\n", n % 40, n * n % 97)).collect::<String>());
        let by = |threads, seed| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| leave_one_out(&raw, &SplitOptions { seed, ..OPTIONS }).unwrap())
        };
        let split = by(1, 1);
        assert_eq!(split, by(3, 1));
        assert_ne!(split.test.candidates, by(1, 2).test.candidates);
        assert_ne!(split.test.candidates, split.validation.candidates);
        for set in [&split.validation, &split.test] {
            for uid in 0..42 {
                let mut ranked = of_user(set.candidates.as_ref().unwrap(), uid, &split);
                let all =
                    [of_user(&split.test.fold_in, uid, &split), of_user(&split.test.targets, uid, &split)].concat();
                ranked.sort_unstable();
                ranked.dedup();
                assert_eq!(ranked.len(), NEGATIVES_PER_USER + 1);
                ranked.retain(|item| all.contains(item));
                assert_eq!(ranked, of_user(&set.targets, uid, &split), "user {uid}");
            }
        }
    }

    #[test]
    fn who_has_too_few_items_or_almost_all_is_named() {
        let options = SplitOptions { min_user_items: 0, ..OPTIONS };
        let error = |raw| leave_one_out(&raw, &options).unwrap_err().to_string();
        for (lines, items) in [("4,1,1\n4,2,2\n", 2), ("4,1,1\n", 1)] {
            let message = error(raw(lines));
            assert!(
                message.starts_with(&format!("FILE, line 2: user 4 has {items} items, but needs 3: ")),
                "{message}"
            );
        }
        let message = error(raw(&(900..1110).map(|item| format!("2,{item},0\n")).collect::<String>()));
        assert!(
            message.starts_with("FILE, line 2: user 2 has all but 90 of the 300 items, but 99 are needed"),
            "{message}"
        );
    }
}
