//! RaCT: ranking metrics, the three training phases, experiments and their run folders, and the `ract` command.
//!
//! The rooms, in the order in which data passes through them; each uses only those before it.

pub mod commands;
pub mod config;
mod error;
pub mod experiment;
pub mod metrics;
pub mod paper;
pub mod plot;
pub mod report;
pub mod run;
pub mod training;

pub use error::{Error, Result};
