//! Sparse interaction data for recommenders: readers, the published split, batches and synthetic data.

mod batch;
mod dataset;
mod error;
mod interactions;
mod leave_one_out;
mod ncf_files;
mod numpy;
pub mod prepared;
pub mod random;
mod ratings;
mod raw;
mod split;
mod synthetic;
mod table;
pub mod whole;
mod world;

pub use batch::{Batch, epoch_order};
pub use dataset::{Dataset, HeldOut};
pub use error::{DataError, Result};
pub use interactions::Interactions;
pub use leave_one_out::{NEGATIVES, leave_one_out};
pub use ncf_files::{Negatives, are_ncf_files, read_ncf_files};
pub use numpy::NumpyRandom;
pub use ratings::{RatingsLikeMl20m, RatingsSize};
pub use raw::RawInteractions;
pub use split::{HeldOutPairs, Pairs, Size, Split, SplitOptions, split};
pub use synthetic::SyntheticSpec;
