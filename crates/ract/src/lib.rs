//! RaCT: ranking metrics, the three training phases, experiments and their run folders, and the `ract` command.
//!
//! The modules in the order in which data passes through them. Each uses only those above it:
//!
//! | module | what is in it |
//! |---|---|
//! | [`metrics`] | ranking metrics for each user, means and errors, significance tests |
//! | [`config`] | what an experiment file can say: settings, phases, roles |
//! | [`plot`] | how figures are drawn |
//! | [`run`] | a run on disk: where its files lie, how they are written and read |
//! | [`training`] | phases, epochs, steps, evaluation |
//! | [`experiment`] | whole experiments: phases and then the test; baselines; searches; inspection |
//! | [`paper`] | the paper's tables and figures, and what was published |
//! | [`report`] | HTML reports, TensorBoard files |
//! | [`commands`] | the `ract` command, one subcommand a file |

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

/// The README's example runs with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
