//! Public data sets: where they come from, and how the published splits prepare them.

mod fetch;
#[cfg(feature = "network")]
mod partial;
mod preset;

pub use fetch::PublicFile;
pub(crate) use preset::{ML_20M, MSD, NETFLIX};
pub use preset::{PRESETS, Preset, Source};
