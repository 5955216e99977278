//! A run on disk: the paths of its files, and how they are written and read.

mod agreement;
mod checkpoints;
mod folder;
mod history;
mod keep;
pub mod layout;
mod measured;
mod over_seeds;
pub mod per_user;
mod read;
mod result;
mod results;
mod snapshot;
pub mod tensor_file;

pub use folder::RunFolder;
pub use history::{EpochRecord, PartTime, Profiles};
pub use keep::keep;
pub use layout::{Experiment, RunPath};
pub use measured::Measured;
pub use over_seeds::OverSeeds;
pub use per_user::{PerUser, Tested};
pub use result::{BaselineResult, Metrics, Provenance, RunResult, TestSummary, Trial, peak_memory_bytes};
pub use results::{Baseline, Results, Run};

pub(crate) use agreement::is_equal;
pub(crate) use checkpoints::{Checkpoints, StateMeta, take};
pub(crate) use history::{HELD_OUT, at_kept_rate};
pub(crate) use snapshot::{Meta, Snapshot, Steps, Tensors};
