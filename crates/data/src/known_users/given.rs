//! A training and a test file that others published.

use super::{Parts, check_shares, take};
use crate::numbering::Numbering;
use crate::raw::Ids;
use crate::{RawInteractions, Result, Scheme, Split, SplitOptions};
use rustc_hash::FxHashSet;

/// The two files in one numbering.
pub struct Given {
    /// The pairs of the training file, then those of the test file.
    pub interactions: RawInteractions,
    /// The number of pairs of the training file.
    train_pairs: usize,
    /// Pairs of the test file that are in the training file too, and left out.
    repeated: usize,
}

impl Given {
    /// Of two files that call users and items the same.
    pub fn join(train: RawInteractions, test: RawInteractions) -> Self {
        let (mut users, mut items) = (Ids::of(train.user_ids), Ids::of(train.item_ids));
        let user_of: Vec<u32> = test.user_ids.into_iter().map(|id| users.add(id)).collect();
        let item_of: Vec<u32> = test.item_ids.into_iter().map(|id| items.add(id)).collect();
        let mut user_places = train.user_places;
        for (&user, place) in user_of.iter().zip(test.user_places) {
            if user as usize == user_places.len() {
                user_places.push(place);
            }
        }
        let known: FxHashSet<_> = train.pairs.iter().copied().collect();
        let (train_pairs, test_pairs) = (train.pairs.len(), test.pairs.len());
        let mut pairs = train.pairs;
        let renumbered = test.pairs.iter().map(|&(user, item)| (user_of[user as usize], item_of[item as usize]));
        pairs.extend(renumbered.filter(|pair| !known.contains(pair)));
        let repeated = train_pairs + test_pairs - pairs.len();
        let ratings = match (train.ratings, test.ratings) {
            (Some(one), Some(other)) => Some([one[0].min(other[0]), one[1].max(other[1])]),
            (one, other) => one.or(other),
        };
        let interactions = RawInteractions {
            file: format!("{} and {}", train.file, test.file),
            user_ids: users.into_vec(),
            user_places,
            item_ids: items.into_vec(),
            pairs,
            times: Vec::new(),
            rows: train.rows + test.rows,
            duplicates: train.duplicates + test.duplicates,
            test_negatives: None,
            ratings,
            source_files: [train.source_files, test.source_files].concat(),
        };
        Self { interactions, train_pairs, repeated }
    }

    /// The test file is the test. Of each user's n training items, `validation_share * n` are drawn for the validation, rounded
    /// to the nearest whole number, a half up, and do not train; but one item does. All items of both files are ranked, and
    /// nothing is filtered.
    ///
    /// # Errors
    /// When the share leaves nothing to train on.
    pub fn split(&self, validation_share: f64, seed: u32) -> Result<Split> {
        check_shares(&[("validation-share", validation_share)])?;
        let raw = &self.interactions;
        let all = SplitOptions { min_user_items: 0, min_item_users: 0, ..SplitOptions::PUBLISHED };
        let numbering = Numbering::new(raw, &all)?;
        let (train, test) = raw.pairs.split_at(self.train_pairs);
        let (train, test) = (numbering.items_of(train), numbering.items_of(test));
        let parts = train.into_iter().zip(test).enumerate().map(|(uid, (mut train, test))| {
            let [validation] = take(&mut train, [validation_share], seed, uid);
            Parts { train, validation, test }
        });
        let split = super::split(numbering, Scheme::Given { validation_share }, parts);
        Ok(Split { dropped_pairs: self.repeated, ..split })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{named, raw};
    use super::*;

    #[test]
    fn the_test_is_as_given_and_its_fold_in_is_the_whole_training_file_of_the_user() {
        let mut train: String = (0..20).map(|n| format!("5,{n},0\n")).collect();
        train += "2,3,0\n2,40,0\n";
        // Item 50 is the test's alone, 5 and 3 are in both files, user 9 does not train.
        let test = "5,50,0\n5,40,0\n5,3,0\n9,1,0\n9,60,0\n2,1,0\n";
        let given = Given::join(raw(&train), raw(test));
        let split = given.split(0.1, 1).unwrap();
        let of = |pairs| named(pairs, &split);
        assert_eq!((split.train.len(), split.validation.targets.len()), (20, 2));
        assert!(split.validation.targets.iter().all(|pair| !split.train.contains(pair)));
        let mut whole = named(&given.interactions.pairs[..22].to_vec(), &unsplit(&given));
        whole.sort_unstable();
        assert_eq!(of(&split.test.fold_in), whole);
        assert_eq!(of(&split.test.targets), [(2, 1), (5, 40), (5, 50)]);
        assert_eq!((split.dropped_users, split.dropped_pairs, split.item_ids.len()), (1, 1, 23));
        assert_eq!((split.filtered.users, split.filtered.interactions), (3, 27));
        assert_eq!(split, given.split(0.1, 1).unwrap());
        assert_ne!(split.train, given.split(0.1, 2).unwrap().train);
        assert_eq!(given.interactions.user_places[2].line, 5);
    }

    /// The raw file's own numbers.
    fn unsplit(given: &Given) -> Split {
        let raw = &given.interactions;
        let split = given.split(0.1, 1).unwrap();
        Split { user_ids: raw.user_ids.clone(), item_ids: raw.item_ids.clone(), ..split }
    }
}
