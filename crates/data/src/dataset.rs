//! A prepared data set: training users, and held-out users, whose items are split into a fold-in and held-out items.

use crate::cache::Cache;
use crate::integrity::{self, Head, HeldOutRows, Rows};
use crate::prepared::{HeldOutFiles, Protocol, TEST, TRAIN, VALIDATION, VOCABULARY};
use crate::readers::csv::{PREPARED, PairFile};
use crate::split::{HeldOutPairs, Split};
use crate::{DataError, Interactions, Result};
use rayon::slice::ParallelSliceMut;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::Path;

/// Held-out users: those of the validation or the test. Users x items, the same users in the same rows.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// The items that a model sees of each user.
    pub fold_in: Interactions,
    /// The items that it should rank high.
    pub held_out: Interactions,
    /// The items that are ranked for each user, with the held-out ones among them. `None`: all but the fold-in.
    pub candidates: Option<Interactions>,
}

/// The names of the matrices in the cache.
const TRAIN_ROWS: &str = "train";
/// Fold-in, held-out items and candidates.
const VALIDATION_ROWS: [&str; 3] = ["validation.fold_in", "validation.held_out", "validation.candidates"];
const TEST_ROWS: [&str; 3] = ["test.fold_in", "test.held_out", "test.candidates"];

impl HeldOut {
    /// Number of users.
    pub fn n_users(&self) -> usize {
        self.fold_in.n_users()
    }

    /// With the numbers that the users have in the files.
    fn rows_of<'a>(&'a self, users: &'a [u32]) -> HeldOutRows<'a> {
        let rows = |items: &'a Interactions| Rows { items, users };
        let candidates = self.candidates.as_ref().map(rows);
        HeldOutRows { fold_in: rows(&self.fold_in), held_out: rows(&self.held_out), candidates }
    }

    /// The largest number of candidates of a user, where there are candidates.
    pub fn most_candidates(&self) -> Option<usize> {
        let of = self.candidates.as_ref()?;
        (0..of.n_users()).map(|user| of.items(user).len()).max()
    }
}

/// Training, validation and test users over the same items.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The training users, and all items.
    pub train: Interactions,
    /// Users to choose models by.
    pub validation: HeldOut,
    /// Users to report.
    pub test: HeldOut,
}

impl Dataset {
    /// Number of items: those of the training users; where every user trains, all of the files'.
    pub fn n_items(&self) -> usize {
        self.train.n_items()
    }

    /// Reads a folder that `ract prepare` wrote. Users are in ascending order of their numbers.
    ///
    /// The files are compared with their checksums, read and checked, and what was read is kept beside them in
    /// `cache.safetensors`. It is taken from there as long as the checksums in `meta.json` and the size and the times of each
    /// file are the same, and the cache has its own checksum; otherwise all is done again. A folder without checksums has no
    /// cache.
    ///
    /// # Errors
    /// With file, line and value: what is missing, is no number, or lies outside of the items. A cache is never the reason.
    pub fn read(folder: &Path) -> Result<Self> {
        let head = Head::read(folder)?;
        head.check_names(folder)?;
        // Before the files are read: a change in between makes the cache useless, not wrong.
        let cache = Cache::of(folder, &head);
        if let Some(data) = cache.as_ref().and_then(Cache::read).and_then(Self::of_matrices) {
            return Ok(data);
        }
        let data = Self::read_files(folder, &head)?;
        if let Some(cache) = cache {
            cache.write(data.n_items(), &data.matrices());
        }
        Ok(data)
    }

    /// As [`read`](Self::read), but each user also trains on the user's validation items. A model that was chosen on the
    /// validation is fitted anew on these data, and then tested.
    ///
    /// # Errors
    /// As for [`read`](Self::read), and when the split is not one in which every user trains
    /// ([`known_users`](crate::known_users)).
    pub fn read_with_validation(folder: &Path) -> Result<Self> {
        if Head::read(folder)?.protocol != Protocol::KnownUsers {
            let problem =
                "its validation users are not the training users, so there is nothing to refit: leave out the refit";
            return Err(DataError::File { file: folder.display().to_string(), problem: problem.to_owned() });
        }
        let data = Self::read(folder)?;
        let n_items = data.n_items();
        let pairs = |file: &str| Pairs::read(&folder.join(file), n_items, None);
        let Pairs(mut train) = pairs(TRAIN)?;
        train.extend(pairs(VALIDATION.targets)?.0);
        let train = Pairs(train).grouped();
        let users = train.users();
        Ok(Self { train: train.rows(n_items, &users), ..data })
    }

    /// All of its matrices, by their names.
    fn matrices(&self) -> BTreeMap<&'static str, &Interactions> {
        let mut all = BTreeMap::from([(TRAIN_ROWS, &self.train)]);
        for (names, HeldOut { fold_in, held_out, candidates }) in
            [(VALIDATION_ROWS, &self.validation), (TEST_ROWS, &self.test)]
        {
            all.extend(names.into_iter().zip([fold_in, held_out].into_iter().chain(candidates)));
        }
        all
    }

    /// From all of its matrices; `None` when one is missing, or they do not belong together.
    pub(crate) fn of_matrices(mut all: BTreeMap<String, Interactions>) -> Option<Self> {
        let mut held_out = |[fold_in, held_out, candidates]: [&str; 3]| {
            let (fold_in, held_out) = (all.remove(fold_in)?, all.remove(held_out)?);
            let of = HeldOut { fold_in, held_out, candidates: all.remove(candidates) };
            let is_even = [&of.held_out].into_iter().chain(&of.candidates).all(|part| part.n_users() == of.n_users());
            is_even.then_some(of)
        };
        let (validation, test) = (held_out(VALIDATION_ROWS)?, held_out(TEST_ROWS)?);
        Some(Self { train: all.remove(TRAIN_ROWS)?, validation, test })
    }

    fn read_files(folder: &Path, head: &Head) -> Result<Self> {
        head.check_files(folder)?;
        let protocol = head.protocol;
        let n_items = vocabulary_size(folder)?;
        let held_out = |files: &HeldOutFiles| {
            let fold_in = Pairs::read(&folder.join(files.fold_in), n_items, None)?;
            let users = fold_in.users();
            let file = folder.join(files.targets);
            let held_out = Pairs::read(&file, n_items, Some((&users, "held-out items")))?;
            if held_out.0.is_empty() {
                let set = files.set;
                let problem =
                    format!("no rows, so there is nothing to find for the {set} users: prepare the data anew");
                return Err(DataError::File { file: file.display().to_string(), problem });
            }
            let file = folder.join(files.candidates);
            let candidates = if protocol == Protocol::LeaveOneOut || file.exists() {
                let candidates = Pairs::read(&file, n_items, Some((&users, "candidates")))?;
                if let Some((user, item)) = held_out.0.iter().find(|pair| candidates.0.binary_search(pair).is_err()) {
                    let problem = format!("no row {user},{item}, which is held out: prepare the data anew");
                    return Err(DataError::File { file: file.display().to_string(), problem });
                }
                Some(candidates.rows(n_items, &users))
            } else {
                None
            };
            let (fold_in, held_out) = (fold_in.rows(n_items, &users), held_out.rows(n_items, &users));
            Ok((HeldOut { fold_in, held_out, candidates }, users))
        };
        let train = Pairs::read(&folder.join(TRAIN), n_items, None)?;
        let users = train.users();
        let train = train.rows(n_items, &users);
        let ((validation, of_validation), (test, of_test)) = (held_out(&VALIDATION)?, held_out(&TEST)?);
        let data = Self { train, validation, test };
        let train = Rows { items: &data.train, users: &users };
        let (validation, test) = (data.validation.rows_of(&of_validation), data.test.rows_of(&of_test));
        integrity::check(folder, protocol, train, &validation, &test)?;
        Ok(data)
    }

    /// The data set of a split that was not written to files: the same as if it had been.
    pub fn of(split: &Split) -> Self {
        let n_items = split.item_ids.len();
        let held_out = |set: &HeldOutPairs| {
            let (fold_in, held_out) = (Pairs(set.fold_in.clone()).grouped(), Pairs(set.targets.clone()).grouped());
            let users = fold_in.users();
            let candidates = set.candidates.clone().map(|pairs| Pairs(pairs).grouped().rows(n_items, &users));
            HeldOut { fold_in: fold_in.rows(n_items, &users), held_out: held_out.rows(n_items, &users), candidates }
        };
        let train = Pairs(split.train.clone()).grouped();
        let users = train.users();
        let (validation, test) = (held_out(&split.validation), held_out(&split.test));
        Self { train: train.rows(n_items, &users), validation, test }
    }
}

fn vocabulary_size(folder: &Path) -> Result<usize> {
    let path = folder.join(VOCABULARY);
    let text = std::fs::read_to_string(&path).map_err(DataError::io("read", &path))?;
    let mut seen = HashSet::new();
    if let Some((line, id)) = (1..).zip(text.lines()).find(|(_, id)| !seen.insert(*id)) {
        let problem = format!("'{id}' occurs again: prepare the data anew");
        return Err(DataError::Line { file: path.display().to_string(), line, problem });
    }
    Ok(seen.len())
}

/// Pairs of (user, item): in any order, or grouped by user.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pairs(pub(crate) Vec<(u32, u32)>);

impl Pairs {
    /// `known`: the users who may occur, ascending, and what they have here.
    pub(crate) fn read(path: &Path, n_items: usize, known: Option<(&[u32], &str)>) -> Result<Self> {
        let reader = File::open(path).map_err(DataError::io("read", path))?;
        let mut file = PairFile::new(reader, &path.display().to_string(), PREPARED, false)?;
        let mut pairs = Vec::new();
        while let Some(pair) = file.next()? {
            let item = u32::try_from(pair.item).ok().filter(|&item| (item as usize) < n_items).ok_or_else(|| {
                let lines = format!("{n_items}, the number of lines in {VOCABULARY}");
                file.problem(format!("sid is {}, which is not below {lines}", pair.item))
            })?;
            let user = u32::try_from(pair.user)
                .map_err(|_| file.problem(format!("uid is {}, which is above {}", pair.user, u32::MAX)))?;
            if let Some((_, what)) = known.filter(|(users, _)| users.binary_search(&user).is_err()) {
                return Err(file.problem(format!("user {user} has {what} but no fold-in items")));
            }
            pairs.push((user, item));
        }
        Ok(Self(pairs).grouped())
    }

    /// Ascending, each pair once.
    pub(crate) fn grouped(mut self) -> Self {
        self.0.par_sort_unstable();
        self.0.dedup();
        self
    }

    /// The users, ascending; the pairs must be grouped.
    pub(crate) fn users(&self) -> Vec<u32> {
        self.0.chunk_by(|a, b| a.0 == b.0).map(|row| row[0].0).collect()
    }

    /// A row for each of `users`, which ascend and hold all users of the pairs; the pairs must be grouped.
    pub(crate) fn rows(self, n_items: usize, users: &[u32]) -> Interactions {
        let ends = users.iter().map(|&user| self.0.partition_point(|pair| pair.0 <= user));
        let ends = std::iter::once(0).chain(ends).collect();
        Interactions::from_sorted(n_items, ends, self.0.into_iter().map(|pair| pair.1).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = TempDir::new().unwrap();
        let healthy = [
            ("meta.json", "{}"),
            ("unique_sid.txt", "70\n80\n90\n"),
            ("train.csv", "uid,sid\n4,2\n1,1\n4,0\n4,2\n"),
            ("validation_tr.csv", "uid,sid\n7,1\n6,0\n"),
            ("validation_te.csv", "uid,sid\n7,2\n"),
            ("test_tr.csv", "uid,sid\n9,1\n"),
            ("test_te.csv", "uid,sid\n9,0\n"),
        ];
        for (name, text) in healthy.iter().chain(files) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn error(name: &str, text: &str) -> String {
        let folder = folder(&[(name, text)]);
        let message = Dataset::read(folder.path()).unwrap_err().to_string();
        message.replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn rows_are_users_in_ascending_order_and_items_count_once() {
        let data = Dataset::read(folder(&[]).path()).unwrap();
        assert_eq!(data.n_items(), 3);
        assert_eq!(data.train, Interactions::from_rows(3, [vec![1], vec![0, 2]]));
        assert_eq!(data.test.held_out, Interactions::from_rows(3, [vec![0]]));
    }

    #[test]
    fn a_user_with_nothing_held_out_keeps_an_empty_row() {
        let data = Dataset::read(folder(&[]).path()).unwrap();
        assert_eq!(data.validation.fold_in, Interactions::from_rows(3, [vec![0], vec![1]]));
        assert_eq!(data.validation.held_out, Interactions::from_rows(3, [vec![], vec![2]]));
    }

    #[test]
    fn an_error_names_file_line_and_value() {
        assert_eq!(
            error("train.csv", "uid,sid\n1,0\n1,3\n"),
            "train.csv, line 3: sid is 3, which is not below 3, the number of lines in unique_sid.txt"
        );
        assert_eq!(
            error("test_te.csv", "uid,sid\n9,0\n8,0\n"),
            "test_te.csv, line 3: user 8 has held-out items but no fold-in items"
        );
    }

    #[test]
    fn what_is_held_out_is_among_the_candidates() {
        let files = |rows| [("test_candidates.csv", rows)];
        let data = Dataset::read(folder(&files("uid,sid\n9,2\n9,0\n")).path()).unwrap();
        assert_eq!(data.test.candidates, Some(Interactions::from_rows(3, [vec![0, 2]])));
        assert_eq!((data.test.most_candidates(), data.validation.candidates), (Some(2), None));
        let missing = "test_candidates.csv: no row 9,0, which is held out: prepare the data anew";
        assert_eq!(error("test_candidates.csv", "uid,sid\n9,2\n"), missing);
    }

    #[test]
    fn candidates_that_were_prepared_must_be_there() {
        let message = error("meta.json", "{\"protocol\": \"leave-one-out\"}");
        assert!(message.starts_with("cannot read validation_candidates.csv"), "{message}");
        assert!(error("meta.json", "{").starts_with("meta.json: "));
    }

    #[test]
    fn a_folder_that_was_not_prepared_says_which_command_makes_it() {
        let empty = TempDir::new().unwrap();
        let message = Dataset::read(empty.path()).unwrap_err().to_string();
        assert!(message.contains("`ract prepare`"), "{message}");
    }
}
