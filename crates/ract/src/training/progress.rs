//! The interface through which training reports its progress. The library itself prints nothing.

use crate::config::Phase;
use crate::run::EpochRecord;
use std::path::Path;

/// Its methods are called as a run makes progress.
pub trait Progress {
    /// The actor was taken from the run in `from`.
    fn taken(&mut self, from: &Path);

    /// A phase starts or is continued: `done` of its `epochs` are done, and each epoch has `batches` batches.
    fn phase(&mut self, phase: Phase, done: u64, epochs: u64, batches: usize);

    /// A batch is done.
    fn batch(&mut self);

    /// An epoch is done and recorded.
    fn epoch(&mut self, record: &EpochRecord);
}

/// Every member of the list gets every call.
impl Progress for Vec<&mut dyn Progress> {
    fn taken(&mut self, from: &Path) {
        self.iter_mut().for_each(|one| one.taken(from));
    }

    fn phase(&mut self, phase: Phase, done: u64, epochs: u64, batches: usize) {
        self.iter_mut().for_each(|one| one.phase(phase, done, epochs, batches));
    }

    fn batch(&mut self) {
        self.iter_mut().for_each(|one| one.batch());
    }

    fn epoch(&mut self, record: &EpochRecord) {
        self.iter_mut().for_each(|one| one.epoch(record));
    }
}
