//! Sparse interaction data for recommenders: readers, the published split, batches and synthetic data.

pub mod atomic_file;
mod batch;
mod dataset;
mod error;
mod fingerprint;
mod interactions;
mod leave_one_out;
mod look_alikes;
mod ncf_files;
mod numpy;
pub mod prepared;
pub mod random;
mod raw;
mod readers;
mod split;
mod synthetic;
mod world;

pub use batch::{Batch, epoch_order};
pub use dataset::{Dataset, HeldOut};
pub use error::{DataError, Result};
pub use fingerprint::fingerprint;
pub use interactions::Interactions;
pub use leave_one_out::{NEGATIVES, leave_one_out};
pub use look_alikes::{LookAlike, LookAlikeSize, NETFLIX_FILES, Original};
pub use ncf_files::{Negatives, are_ncf_files, read_ncf_files};
pub use numpy::NumpyRandom;
pub use raw::RawInteractions;
pub use readers::{Id, Place};
pub use split::{HeldOutPairs, Pairs, Size, Split, SplitOptions, split};
pub use synthetic::SyntheticSpec;
