//! Sparse interaction data for recommenders: readers, the published split, batches and synthetic data.

mod interactions;
pub mod random;

pub use interactions::Interactions;
