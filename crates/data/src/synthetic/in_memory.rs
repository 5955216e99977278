//! A synthetic data set in memory.

use super::generator::{Activity, Generator, POPULARITY};
use crate::{DataError, Dataset, Id, Place, RawInteractions, Result, SplitOptions, split};
use rayon::prelude::*;
use std::sync::Arc;

/// The file's name in messages.
const FILE: &str = "synthetic data";

/// A synthetic data set in memory, split as real ones are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntheticSpec {
    /// Number of users, held-out ones included.
    pub users: usize,
    /// Number of items.
    pub items: usize,
    /// Validation users, and as many test users.
    pub heldout_users: usize,
    /// The same seed makes the same data.
    pub seed: u64,
}

impl SyntheticSpec {
    /// Makes it. A user has 5 items up to a quarter of them. The mean and the spread are those of the ratings above 3.5
    /// in MovieLens 20M (mean 73, median 37).
    ///
    /// # Errors
    /// When there are not enough users or items to split.
    pub fn dataset(&self) -> Result<Dataset> {
        const MEAN: usize = 73;
        self.check()?;
        let activity = Activity { min: 5, max: (self.items / 4).max(5), spread: 1.23 };
        let interactions = self.users * MEAN.min(activity.max / 2 + 3);
        let generator = Generator::new(self.users, self.items, interactions, activity, &POPULARITY, self.seed);
        let items: Vec<Vec<u32>> = (0..self.users).into_par_iter().map(|user| generator.choices(user).0).collect();
        let pairs = (0..).zip(&items).flat_map(|(user, items)| items.iter().map(move |&item| (user, item)));
        let file: Arc<str> = FILE.into();
        let raw = RawInteractions {
            ratings: None,
            source_files: Vec::new(),
            file: FILE.to_owned(),
            user_ids: (0..self.users as u64).map(Id::Number).collect(),
            user_places: (0..self.users as u64).map(|line| Place { file: file.clone(), line }).collect(),
            item_ids: (0..self.items as u64).map(Id::Number).collect(),
            pairs: pairs.collect(),
            times: Vec::new(),
            rows: 0,
            duplicates: 0,
            test_negatives: None,
        };
        let options =
            SplitOptions { heldout_users: self.heldout_users, drop_empty_users: true, ..SplitOptions::PUBLISHED };
        let split = split(&raw, &options)?;
        split.check(&raw.file)?;
        Ok(Dataset::of(&split))
    }

    fn check(&self) -> Result<()> {
        const MIN_ITEMS: usize = 20;
        const MAX: usize = 10_000_000;
        let Self { users, items, heldout_users, .. } = *self;
        let problem = if !(MIN_ITEMS..=MAX).contains(&items) {
            format!("{items} items: it takes {MIN_ITEMS} to {MAX}")
        } else if users > MAX {
            format!("{users} users: it takes at most {MAX}")
        } else if heldout_users == 0 || heldout_users >= users.div_ceil(2) {
            let most = users.saturating_sub(1) / 2;
            format!("{heldout_users} heldout_users for validation and as many for the test, of {users}: at most {most}")
        } else {
            return Ok(());
        };
        Err(DataError::Options(format!("{FILE}: {problem}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: SyntheticSpec = SyntheticSpec { users: 600, items: 400, heldout_users: 100, seed: 3 };

    #[test]
    fn data_that_cannot_be_made_say_why() {
        let error = |spec: SyntheticSpec| spec.dataset().unwrap_err().to_string();
        assert_eq!(error(SyntheticSpec { items: 3, ..SPEC }), "synthetic data: 3 items: it takes 20 to 10000000");
        let too_many = "synthetic data: 300 heldout_users for validation and as many for the test, of 600: at most 299";
        assert_eq!(error(SyntheticSpec { heldout_users: 300, ..SPEC }), too_many);
    }

    #[test]
    fn the_seed_decides_everything_and_the_number_of_threads_nothing() {
        let made_by = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| SPEC.dataset().unwrap())
        };
        assert_eq!(made_by(1), made_by(3));
        assert_ne!(made_by(1), SyntheticSpec { seed: 4, ..SPEC }.dataset().unwrap());
    }
}
