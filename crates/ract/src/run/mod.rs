//! A run on disk: its folder and what lies in it, read and written.

mod checkpoints;
mod folder;
mod history;
mod measured;
pub mod per_user;
pub mod result;
pub mod results;
mod snapshot;
mod tensor_file;

pub use folder::RunFolder;
pub use history::{EpochRecord, PartTime, Profiles};
pub use measured::Measured;
pub use per_user::{PerUser, Tested};
pub use result::{BaselineResult, Metrics, Provenance, RunResult, TestSummary, Trial, peak_memory_bytes};
pub use results::{Baseline, Results, Run};

pub(crate) use checkpoints::{Checkpoints, StateMeta, Tensors};
pub(crate) use history::at_kept_rate;
pub(crate) use results::{gains, mean_gain};
pub(crate) use snapshot::{Meta, Snapshot};
