//! What memory there is, before it is taken.

use super::BaselineError;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Refuses a `need` of more bytes than are `available`; `way_out` says what to do about it.
pub(super) fn check(need: f64, available: f64, way_out: impl FnOnce() -> String) -> Result<(), BaselineError> {
    if need <= available {
        return Ok(());
    }
    let gigabytes = |bytes: f64| (bytes / 1e8).round() / 10.0;
    Err(BaselineError::Memory { need: gigabytes(need), available: gigabytes(available), way_out: way_out() })
}

/// Bytes that the system, or the control group that this process runs in, has left.
pub(super) fn available() -> f64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let group = system.cgroup_limits().map_or(u64::MAX, |group| group.total_memory.saturating_sub(group.rss));
    system.available_memory().min(group) as f64
}
