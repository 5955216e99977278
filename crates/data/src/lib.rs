//! Interaction data for recommenders: formats and public data sets, the published split, batches, synthetic data.
//!
//! In the order in which data pass through: [`sources`] gets the files of a public data set, [`readers`] read them into
//! [`RawInteractions`], [`split`], [`leave_one_out`] or [`known_users`] hold users or items out, [`prepared`] writes that to a folder,
//! [`Dataset`] reads it again, [`Batch`] is what one training step sees. [`synthetic`] makes data without any file.

pub mod atomic_file;
mod batch;
mod cache;
mod checksum;
mod dataset;
mod error;
mod fingerprint;
pub mod holder;
mod integrity;
mod interactions;
pub mod known_users;
mod leave_one_out;
mod moment;
mod names;
mod numbering;
mod numpy;
mod outcomes;
pub mod prepared;
pub mod random;
mod raw;
pub mod readers;
mod scheme;
pub mod sources;
mod split;
pub mod synthetic;

pub use batch::{Batch, epoch_order};
pub use checksum::{Checksum, SourceFile, sha256_of_parts};
pub use dataset::{Dataset, HeldOut};
pub use error::{DataError, Result};
pub use fingerprint::fingerprint;
pub use integrity::has_checksums;
pub use interactions::Interactions;
pub use leave_one_out::{NEGATIVES_PER_USER, leave_one_out};
pub use moment::Moment;
pub use names::Names;
pub use numpy::NumpyRandom;
pub use outcomes::{LogNames, Outcomes, Shown};
pub use raw::{Id, Place, RawInteractions, ReadOptions};
pub use scheme::Scheme;
pub use split::{HeldOutPairs, Pairs, Size, Split, SplitOptions, split, usual_heldout_users};
pub use synthetic::SyntheticSpec;

/// The README's example runs with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
