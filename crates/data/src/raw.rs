//! Raw interactions, as a data set's publisher wrote them.

use crate::readers::csv::{PairFile, RAW, RAW_TIMED};
use crate::readers::netflix::NetflixFiles;
use crate::readers::triplets::Triplets;
use crate::readers::{Id, Place, Rows};
use crate::{DataError, Result};
use indexmap::IndexSet;
use rayon::slice::ParallelSliceMut;
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::io::Read;

/// Pairs of users and items in the order of their file, or in that of time, each pair once.
#[derive(Clone, Debug, PartialEq)]
pub struct RawInteractions {
    /// The file's name, or that of the folder of several, for messages.
    pub file: String,
    /// Each user's id in the file.
    pub user_ids: Vec<Id>,
    /// Where each user first appears.
    pub user_places: Vec<Place>,
    /// Each item's id in the file.
    pub item_ids: Vec<Id>,
    /// Positions in `user_ids` and `item_ids`.
    pub pairs: Vec<(u32, u32)>,
    /// Rows read, those that were not kept included.
    pub rows: u64,
    /// Rows whose pair had come before.
    pub duplicates: u64,
}

impl RawInteractions {
    /// Reads a CSV file: columns `userId` or `user`, `movieId` or `item`, and, with `min_rating`, `rating`, of which
    /// those above the threshold are kept. Other columns are ignored. `file` is the name in messages.
    ///
    /// # Errors
    /// With line and value: a missing column, what is no number, an empty file; nothing above the threshold.
    pub fn read_csv(source: impl Read, file: &str, min_rating: Option<f64>) -> Result<Self> {
        Self::read(PairFile::new(source, file, RAW, min_rating.is_some())?, file, min_rating)
    }

    /// The same with the pairs in the order of the column `timestamp`, at the same time in that of the file; a pair that
    /// is repeated counts the first time.
    ///
    /// # Errors
    /// As for [`read_csv`](Self::read_csv), and for what is no time.
    pub fn read_csv_by_time(source: impl Read, file: &str, min_rating: Option<f64>) -> Result<Self> {
        Self::read(PairFile::new(source, file, RAW_TIMED, min_rating.is_some())?, file, min_rating)
    }

    /// Reads files of the Netflix Prize, each with its name, in the order given: a line `MOVIE:`, then a line
    /// `USER,RATING,DATE` for each of its ratings. Those above `min_rating` are kept. `folder` is the name of them all.
    ///
    /// # Errors
    /// With file, line and value: a rating before any movie, a missing field, what is no number; no rating to keep.
    pub fn read_netflix<R: Read>(
        files: impl IntoIterator<Item = (R, String)>,
        folder: &str,
        min_rating: Option<f64>,
    ) -> Result<Self> {
        match NetflixFiles::new(files.into_iter()) {
            Some(files) => Self::read(files, folder, min_rating),
            None => Err(nothing_to_keep(folder, 0, min_rating)),
        }
    }

    /// Reads a file of lines `USER SONG PLAYS`, with tabs between them, such as the taste profile of the Million Song
    /// Dataset. Pairs with more plays than `min_rating` are kept.
    ///
    /// # Errors
    /// With line and value: a missing field, what is no number; nothing to keep.
    pub fn read_triplets(source: impl Read, file: &str, min_rating: Option<f64>) -> Result<Self> {
        Self::read(Triplets::new(source, file), file, min_rating)
    }

    /// The rows above the threshold, by time where they have one.
    pub(crate) fn read(mut source: impl Rows, file: &str, min_rating: Option<f64>) -> Result<Self> {
        let threshold = min_rating.unwrap_or(f64::NEG_INFINITY);
        let (mut users, mut items) = (Ids::default(), Ids::default());
        let (mut pairs, mut times, mut user_places, mut rows) = (Vec::new(), Vec::new(), Vec::new(), 0);
        while let Some(row) = source.next()? {
            rows += 1;
            if row.rating > threshold {
                pairs.push((users.position(row.user), items.position(row.item)));
                times.extend(row.time);
                if user_places.len() < users.0.len() {
                    user_places.push(source.place());
                }
            }
        }
        if pairs.is_empty() {
            return Err(nothing_to_keep(file, rows, min_rating));
        }
        if !times.is_empty() {
            let mut timed: Vec<_> = times.into_iter().zip(pairs).collect();
            timed.sort_by(|a, b| f64::total_cmp(&a.0, &b.0));
            pairs = timed.into_iter().map(|(_, pair)| pair).collect();
        }
        let before = pairs.len();
        drop_repeated(&mut pairs);
        let duplicates = (before - pairs.len()) as u64;
        let (file, user_ids, item_ids) = (file.to_owned(), users.into_vec(), items.into_vec());
        Ok(Self { file, user_ids, user_places, item_ids, pairs, rows, duplicates })
    }
}

fn nothing_to_keep(file: &str, rows: u64, min_rating: Option<f64>) -> DataError {
    let problem = match min_rating {
        Some(min) if rows > 0 => format!("none of its {rows} ratings is above {min}: lower --min-rating"),
        _ => "no interactions in it".to_owned(),
    };
    DataError::File { file: file.to_owned(), problem }
}

/// Ids in the order of their first appearance.
#[derive(Default)]
pub(crate) struct Ids(IndexSet<Id, FxBuildHasher>);

impl Ids {
    pub(crate) fn of(ids: impl IntoIterator<Item = Id>) -> Self {
        Self(ids.into_iter().collect())
    }

    /// The position of an id that has one.
    pub(crate) fn known(&self, id: Id<&str>) -> Option<u32> {
        self.0.get_index_of(&id).map(|position| position as u32)
    }

    pub(crate) fn position(&mut self, id: Id<&str>) -> u32 {
        self.known(id).unwrap_or_else(|| self.0.insert_full(id.to_owned()).0 as u32)
    }

    pub(crate) fn into_vec(self) -> Vec<Id> {
        self.0.into_iter().collect()
    }
}

/// Keeps the first of equal pairs. Sorting a copy tells quickly whether there are any.
fn drop_repeated(pairs: &mut Vec<(u32, u32)>) {
    let mut sorted = pairs.clone();
    sorted.par_sort_unstable();
    let repeated: FxHashSet<_> = sorted.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
    if !repeated.is_empty() {
        let mut met = FxHashSet::default();
        pairs.retain(|pair| !repeated.contains(pair) || met.insert(*pair));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, min_rating: Option<f64>) -> Result<RawInteractions, String> {
        RawInteractions::read_csv(text.as_bytes(), "FILE", min_rating).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rating_is_kept_when_it_is_above_the_threshold() {
        let raw = read("userId,movieId,rating,timestamp\n9,5,3.5,1\n9,6,4,1\n2,5,5,1\n", Some(3.5)).unwrap();
        assert_eq!((raw.user_ids, raw.item_ids), ([9, 2].map(Id::Number).to_vec(), [6, 5].map(Id::Number).to_vec()));
        let lines: Vec<u64> = raw.user_places.iter().map(|place| place.line).collect();
        assert_eq!((raw.pairs, lines, raw.rows), (vec![(0, 0), (1, 1)], vec![3, 4], 3));
    }

    #[test]
    fn a_pair_counts_once() {
        let raw = read("user,item\n1,1\n1,2\n1,1\n2,1\n1,1\n", None).unwrap();
        assert_eq!((raw.pairs, raw.duplicates), (vec![(0, 0), (0, 1), (1, 0)], 2));
    }

    #[test]
    fn by_time_means_at_the_same_time_as_in_the_file_and_the_first_time_of_a_repeated_pair() {
        let text = "user,item,timestamp\n1,1,30\n1,2,10\n1,3,20\n1,1,5\n1,4,20\n";
        let raw = RawInteractions::read_csv_by_time(text.as_bytes(), "FILE", None).unwrap();
        let items: Vec<_> = raw.pairs.iter().map(|pair| raw.item_ids[pair.1 as usize].clone()).collect();
        assert_eq!((items, raw.duplicates), ([1, 2, 3, 4].map(Id::Number).to_vec(), 1));
        let error =
            |text: &str| RawInteractions::read_csv_by_time(text.as_bytes(), "FILE", None).unwrap_err().to_string();
        assert_eq!(error("user,item\n1,1\n"), "FILE, line 1: no column timestamp; its columns are: user, item");
        assert_eq!(error("user,item,timestamp\n1,1,x\n"), "FILE, line 2: timestamp is 'x', not a number");
    }

    #[test]
    fn nothing_to_keep_is_an_error() {
        assert_eq!(read("user,item\n", None).unwrap_err(), "FILE: no interactions in it");
        let message = "FILE: none of its 1 ratings is above 5: lower --min-rating";
        assert_eq!(read("user,item,rating\n1,1,5\n", Some(5.0)).unwrap_err(), message);
    }
}
