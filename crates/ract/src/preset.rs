//! Public data sets: where they come from, how they are written, and how the paper prepares them.

use crate::fetch::{ML_20M, MSD, PublicFile};
use crate::{Error, Result};
use ract_data::NETFLIX_FILES;
use std::path::{Path, PathBuf};

/// Raw data, and what becomes of them unless the command line says otherwise.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Where they come from.
    pub source: Source,
    /// How they are written.
    pub format: Format,
    /// Ratings at or below are left out.
    pub min_rating: Option<f64>,
    /// Users with fewer items are left out.
    pub min_user_items: usize,
    /// Items with fewer users are left out.
    pub min_item_users: usize,
    /// Number of validation users, and of test users.
    pub heldout_users: Option<usize>,
}

/// Where raw data come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A public file, downloaded to this path when it is missing.
    Public(PublicFile, &'static str),
    /// A path at which they must be put by hand.
    ByHand(&'static str),
    /// The command line.
    Input,
}

/// How raw data are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns `userId` or `user`, `movieId` or `item`, and maybe `rating`.
    Csv,
    /// The files of the Netflix Prize.
    Netflix,
    /// User, song and plays with tabs between them.
    Triplets,
}

impl Preset {
    /// Any CSV file.
    pub const CSV: Self = Self {
        source: Source::Input,
        format: Format::Csv,
        min_rating: None,
        min_user_items: 5,
        min_item_users: 0,
        heldout_users: None,
    };
    /// MovieLens 20M.
    pub const ML_20M: Self = Self {
        source: Source::Public(ML_20M, "data/ml-20m.zip"),
        min_rating: Some(3.5),
        heldout_users: Some(10_000),
        ..Self::CSV
    };
    /// The Netflix Prize.
    pub const NETFLIX: Self = Self {
        source: Source::ByHand("data/netflix-prize"),
        format: Format::Netflix,
        min_rating: Some(3.5),
        heldout_users: Some(40_000),
        ..Self::CSV
    };
    /// The taste profile of the Million Song Dataset.
    pub const MSD: Self = Self {
        source: Source::Public(MSD, "data/train_triplets.txt.zip"),
        format: Format::Triplets,
        min_user_items: 20,
        min_item_users: 200,
        heldout_users: Some(50_000),
        ..Self::CSV
    };
}

/// The files of the Netflix Prize in the folder `path`, ascending; or `path` itself, when it is a file.
///
/// # Errors
/// When some are missing, with where they may be had.
pub fn netflix_files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let files = NETFLIX_FILES.map(|name| path.join(name));
    let missing: Vec<_> = NETFLIX_FILES.iter().zip(&files).filter(|(_, file)| !file.is_file()).collect();
    if missing.is_empty() {
        return Ok(files.to_vec());
    }
    let missing = missing.iter().map(|(name, _)| **name).collect::<Vec<_>>().join(", ");
    Err(Error::Failed(format!(
        "{} lacks {missing}: Netflix no longer distributes them; get them by hand, for example from \
         https://www.kaggle.com/datasets/netflix-inc/netflix-prize-data, put them there unpacked, or name their folder \
         with --input",
        path.display()
    )))
}
