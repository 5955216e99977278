//! RaCT: ranking metrics, the three training phases, experiments and their run folders.

mod atomic_file;
pub mod bench;
mod checkpoints;
pub mod config;
mod error;
mod evaluate;
pub mod experiment;
pub mod fetch;
pub mod fingerprint;
pub mod inspect;
pub mod metrics;
pub mod progress;
pub mod published;
pub mod raw_file;
pub mod result;
pub mod results;
pub mod rival;
pub mod run_folder;
mod snapshot;
pub mod table;
pub mod table_of_actors;
pub mod table_of_ncf;
mod tensor_file;
mod training;

pub use error::{Error, Result};
pub use training::Phase;
