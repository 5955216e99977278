//! Raw interactions, as a data set's publisher wrote them, and what gathers them from the rows of files.

use crate::checksum::SourceFile;
use crate::{DataError, Result};
use indexmap::{Equivalent, IndexSet};
use rayon::slice::ParallelSliceMut;
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::fmt;
use std::sync::Arc;

/// Pairs of users and items in the order of their file, or in the order of time. Each pair is there once.
#[derive(Clone, Debug, PartialEq)]
pub struct RawInteractions {
    /// The file's name for messages; of several files, the name of their folder.
    pub file: String,
    /// Each user's id in the file.
    pub user_ids: Vec<Id>,
    /// Where each user first appears.
    pub user_places: Vec<Place>,
    /// Each item's id in the file.
    pub item_ids: Vec<Id>,
    /// Positions in `user_ids` and `item_ids`.
    pub pairs: Vec<(u32, u32)>,
    /// The time of each pair, ascending, where they were read in the order of time; otherwise empty.
    pub times: Vec<f64>,
    /// Number of rows read, with those that were not kept.
    pub rows: u64,
    /// Number of rows whose pair had come before.
    pub duplicates: u64,
    /// For each user, the items that the user's last item is ranked with, as positions in `item_ids`; only where the
    /// publisher names them, as NCF's authors do.
    pub test_negatives: Option<Vec<Vec<u32>>>,
    /// The lowest and the highest rating, where ratings count.
    pub ratings: Option<[f64; 2]>,
    /// The files that were read.
    pub source_files: Vec<SourceFile>,
}

/// Which rows are kept, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Rows with this rating or a lower one are left out. Without it, ratings do not count.
    pub min_rating: Option<f64>,
    /// The pairs are put in the order of time. Rows of the same time stay in the order of the file.
    pub by_time: bool,
}

/// What a file calls a user or an item. Numbers are sorted as numbers, names character by character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id<Name = Box<str>> {
    /// As in MovieLens and Netflix.
    Number(u64),
    /// As in the Million Song Dataset.
    Name(Name),
}

impl<Name: fmt::Display> fmt::Display for Id<Name> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl Id<&str> {
    fn to_owned(self) -> Id {
        match self {
            Self::Number(number) => Id::Number(number),
            Self::Name(name) => Id::Name(name.into()),
        }
    }
}

/// An id is looked up without a copy of its name.
impl Equivalent<Id> for Id<&str> {
    fn equivalent(&self, other: &Id) -> bool {
        match (self, other) {
            (Self::Number(one), Id::Number(other)) => one == other,
            (Self::Name(one), Id::Name(other)) => *one == &**other,
            _ => false,
        }
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The file's name.
    pub file: Arc<str>,
    /// The line's number, from 1.
    pub line: u64,
}

impl Place {
    /// What is wrong there.
    pub(crate) fn problem(&self, problem: String) -> DataError {
        DataError::Line { file: self.file.to_string(), line: self.line, problem }
    }
}

/// A user who has an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row<'a> {
    pub(crate) user: Id<&'a str>,
    pub(crate) item: Id<&'a str>,
    /// The rating, or a number of plays; 1 where the file has no ratings or they are not wanted.
    pub(crate) rating: f64,
    /// In any unit; `None` where the file has no times or they are not wanted.
    pub(crate) time: Option<f64>,
}

/// Reads a file row by row and knows the place of each.
pub(crate) trait Rows {
    fn next(&mut self) -> Result<Option<Row<'_>>>;

    /// The place of the last row.
    fn place(&self) -> Place;
}

/// Gathers raw interactions from the rows of one file or several.
pub(crate) struct Collector {
    options: ReadOptions,
    users: Ids,
    items: Ids,
    pairs: Vec<(u32, u32)>,
    times: Vec<f64>,
    user_places: Vec<Place>,
    rows: u64,
    ratings: Option<[f64; 2]>,
}

impl Collector {
    pub(crate) fn new(options: &ReadOptions) -> Self {
        Self {
            options: *options,
            users: Ids::default(),
            items: Ids::default(),
            pairs: Vec::new(),
            times: Vec::new(),
            user_places: Vec::new(),
            rows: 0,
            ratings: None,
        }
    }

    /// Adds the rows of a file that are above the threshold.
    pub(crate) fn add(&mut self, mut file: impl Rows) -> Result<()> {
        let threshold = self.options.min_rating.unwrap_or(f64::NEG_INFINITY);
        while let Some(Row { user, item, rating, time }) = file.next()? {
            self.rows += 1;
            if self.options.min_rating.is_some() {
                let [least, most] = self.ratings.unwrap_or([rating; 2]);
                self.ratings = Some([least.min(rating), most.max(rating)]);
            }
            if rating > threshold {
                self.pairs.push((self.users.position(user), self.items.position(item)));
                if self.options.by_time {
                    let no_time = || file.place().problem("no time, so the order of the items is not known".to_owned());
                    self.times.push(time.ok_or_else(no_time)?);
                }
                if self.user_places.len() < self.users.len() {
                    self.user_places.push(file.place());
                }
            }
        }
        Ok(())
    }

    /// All that was added; `name` is the name for messages.
    pub(crate) fn finish(self, name: &str) -> Result<RawInteractions> {
        let Self { options, users, items, mut pairs, mut times, user_places, rows, ratings } = self;
        if pairs.is_empty() {
            let problem = match options.min_rating {
                Some(min) if rows > 0 => format!("none of its {rows} ratings is above {min}: lower --min-rating"),
                _ => "no interactions in it".to_owned(),
            };
            return Err(DataError::File { file: name.to_owned(), problem });
        }
        if options.by_time {
            let mut timed: Vec<_> = times.into_iter().zip(pairs).collect();
            timed.sort_by(|a, b| f64::total_cmp(&a.0, &b.0));
            (times, pairs) = timed.into_iter().unzip();
        }
        let before = pairs.len();
        drop_repeated(&mut pairs, &mut times);
        Ok(RawInteractions {
            file: name.to_owned(),
            user_ids: users.into_vec(),
            user_places,
            item_ids: items.into_vec(),
            duplicates: (before - pairs.len()) as u64,
            pairs,
            times,
            rows,
            test_negatives: None,
            ratings,
            source_files: Vec::new(),
        })
    }
}

/// Ids in the order of their first appearance.
#[derive(Default)]
pub(crate) struct Ids {
    all: IndexSet<Id, FxBuildHasher>,
    /// The positions of small numbers, one higher; 0 where there is none. One look is faster than a search among all.
    of_small: Vec<u32>,
    /// The last position: rows of one user or of one item often follow one another.
    last: usize,
}

/// Numbers below have a place in [`Ids::of_small`], of four bytes each.
const SMALL: u64 = 1 << 22;

impl Ids {
    pub(crate) fn of(ids: impl IntoIterator<Item = Id>) -> Self {
        let mut of = Self::default();
        for id in ids {
            of.add(id);
        }
        of
    }

    /// The number of ids.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The position of an id that has one.
    pub(crate) fn known(&self, id: Id<&str>) -> Option<u32> {
        match id {
            Id::Number(number) if number < SMALL => self.of_small.get(number as usize)?.checked_sub(1),
            _ => self.all.get_index_of(&id).map(|position| position as u32),
        }
    }

    pub(crate) fn position(&mut self, id: Id<&str>) -> u32 {
        if self.all.get_index(self.last).is_some_and(|last| id.equivalent(last)) {
            return self.last as u32;
        }
        let position = self.known(id).unwrap_or_else(|| self.add(id.to_owned()));
        self.last = position as usize;
        position
    }

    /// The position of an id, which has one from now on.
    pub(crate) fn add(&mut self, id: Id) -> u32 {
        let small = if let Id::Number(number @ ..SMALL) = id { Some(number as usize) } else { None };
        let position = self.all.insert_full(id).0 as u32;
        if let Some(number) = small {
            self.of_small.resize(self.of_small.len().max(number + 1), 0);
            self.of_small[number] = position + 1;
        }
        position
    }

    pub(crate) fn into_vec(self) -> Vec<Id> {
        self.all.into_iter().collect()
    }
}

/// Keeps the first of equal pairs, and its time where there are times. Sorting a copy tells quickly whether there are any.
fn drop_repeated(pairs: &mut Vec<(u32, u32)>, times: &mut Vec<f64>) {
    let mut sorted = pairs.clone();
    sorted.par_sort_unstable();
    let repeated: FxHashSet<_> = sorted.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
    if !repeated.is_empty() {
        let mut met = FxHashSet::default();
        let is_first: Vec<bool> = pairs.iter().map(|pair| !repeated.contains(pair) || met.insert(*pair)).collect();
        let mut of_pairs = is_first.iter();
        pairs.retain(|_| of_pairs.next() == Some(&true));
        let mut of_times = is_first.iter();
        times.retain(|_| of_times.next() == Some(&true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::read_csv_text;

    fn read(text: &str, min_rating: Option<f64>) -> Result<RawInteractions, String> {
        let options = ReadOptions { min_rating, by_time: false };
        read_csv_text(text, &options).map_err(|error| error.to_string())
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
        let by_time = |text: &str| read_csv_text(text, &ReadOptions { min_rating: None, by_time: true });
        let raw = by_time("user,item,timestamp\n1,1,30\n1,2,10\n1,3,20\n1,1,5\n1,4,20\n").unwrap();
        let items: Vec<_> = raw.pairs.iter().map(|pair| raw.item_ids[pair.1 as usize].clone()).collect();
        assert_eq!((items, raw.duplicates), ([1, 2, 3, 4].map(Id::Number).to_vec(), 1));
        assert_eq!(raw.times, [5.0, 10.0, 20.0, 20.0]);
        let error = |text: &str| by_time(text).unwrap_err().to_string();
        assert_eq!(error("user,item\n1,1\n"), "FILE, line 1: no column timestamp; its columns are: user, item");
        assert_eq!(error("user,item,timestamp\n1,1,x\n"), "FILE, line 2: timestamp is 'x', not a number");
    }

    #[test]
    fn an_id_has_one_position_whatever_its_size_and_kind() {
        let mut ids = Ids::default();
        let all =
            [Id::Number(5), Id::Name("5"), Id::Number(SMALL - 1), Id::Number(SMALL), Id::Number(0), Id::Name("x")];
        for _ in 0..2 {
            for (position, id) in (0..).zip(all) {
                assert_eq!((ids.position(id), ids.position(id), ids.known(id)), (position, position, Some(position)));
            }
        }
        assert_eq!((ids.known(Id::Number(4)), ids.known(Id::Number(u64::MAX)), ids.len()), (None, None, 6));
        assert_eq!(Ids::of(ids.into_vec()).known(Id::Number(SMALL)), Some(3));
    }

    #[test]
    fn nothing_to_keep_is_an_error() {
        assert_eq!(read("user,item\n", None).unwrap_err(), "FILE: no interactions in it");
        let message = "FILE: none of its 1 ratings is above 5: lower --min-rating";
        assert_eq!(read("user,item,rating\n1,1,5\n", Some(5.0)).unwrap_err(), message);
    }
}
