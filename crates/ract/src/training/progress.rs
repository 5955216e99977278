//! How training tells where it stands; the library itself prints nothing.

use crate::config::Phase;
use crate::run::EpochRecord;
use std::path::Path;

/// Hears of every step of a run.
pub trait Progress {
    /// The actor of another run is taken.
    fn taken(&mut self, from: &Path);

    /// A phase starts or goes on: `done` of `epochs`, each of so many `batches`.
    fn phase(&mut self, phase: Phase, done: u64, epochs: u64, batches: usize);

    /// A batch is done.
    fn batch(&mut self);

    /// An epoch is done and recorded.
    fn epoch(&mut self, record: &EpochRecord);
}

/// Everyone hears of everything.
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
