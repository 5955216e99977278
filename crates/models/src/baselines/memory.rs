//! Checks the available memory before it is allocated.

use super::BaselineError;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Returns an error when `need` exceeds `available`, both in bytes. `way_out` tells the user what to do.
pub(crate) fn check(need: f64, available: f64, way_out: impl FnOnce() -> String) -> Result<(), BaselineError> {
    if need <= available {
        return Ok(());
    }
    let gigabytes = |bytes: f64| (bytes / 1e8).round() / 10.0;
    Err(BaselineError::Memory { need: gigabytes(need), available: gigabytes(available), way_out: way_out() })
}

/// The free memory in bytes, of the system or of the control group of this process, whichever is less.
pub fn free_memory() -> u64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let group = system.cgroup_limits().map_or(u64::MAX, |group| group.total_memory.saturating_sub(group.rss));
    system.available_memory().min(group)
}

/// [`free_memory`] as a number to compare with needs.
pub(crate) fn available() -> f64 {
    free_memory() as f64
}
