//! RaCT: ranking metrics, the three training phases, experiments and their run folders.

mod error;
pub mod metrics;

pub use error::{Error, Result};
