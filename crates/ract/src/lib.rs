//! RaCT: ranking metrics, the three training phases, experiments and their run folders, and the `ract` command.
//!
//! The table lists the modules in the order in which data passes through them. Each module uses only those above it:
//!
//! | module | contents |
//! |---|---|
//! | [`metrics`] | ranking metrics per user, means and standard errors, significance tests |
//! | [`config`] | the contents of an experiment file: settings, phases, roles |
//! | [`plot`] | how figures are drawn |
//! | [`tabular`] | how tables are written, as text and as JSON |
//! | [`run`] | a run on disk: the paths of its files, and how they are written and read |
//! | [`training`] | phases, epochs, steps, evaluation |
//! | [`experiment`] | complete experiments: all phases and the test; baselines; searches; inspection |
//! | [`recommend`] | recommendations of a finished run for any users |
//! | [`paper`] | the paper's tables and figures, and published results |
//! | [`report`] | HTML reports, TensorBoard files |
//! | [`serve`] | a run as a service over HTTP |
//! | [`commands`] | the `ract` command, one subcommand per file |

pub mod commands;
pub mod config;
mod error;
pub mod experiment;
pub mod metrics;
pub mod paper;
pub mod plot;
pub mod recommend;
pub mod report;
pub mod run;
pub mod serve;
pub mod tabular;
pub mod training;

pub use error::{Error, Result};

/// Makes the README's example one of the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
