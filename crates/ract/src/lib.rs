//! RaCT: ranking metrics, the three training phases, experiments and their run folders.

mod actor_from;
pub mod atomic_file;
pub mod baseline;
pub mod bench;
mod checkpoints;
pub mod compare;
pub mod config;
mod error;
mod evaluate;
pub mod experiment;
pub mod fetch;
pub mod figures;
pub mod fingerprint;
pub mod inspect;
pub mod metrics;
pub mod per_user;
pub mod plot;
pub mod preset;
pub mod progress;
pub mod published;
pub mod raw_file;
pub mod report;
pub mod result;
pub mod results;
pub mod run_folder;
mod snapshot;
pub mod sweep;
pub mod table;
pub mod tables;
mod tensor_file;
pub mod tensorboard;
mod training;

pub use error::{Error, Result};
pub use training::Phase;
