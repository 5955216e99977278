//! What can go wrong in a run, in words for the person who must act.

use std::path::PathBuf;

/// Result with this crate's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line or the experiment file asks for something that is not offered.
    #[error("{0}")]
    Usage(String),
    /// The command could not do what was asked.
    #[error("{0}")]
    Failed(String),
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] ract_data::DataError),
    /// The tape or the optimiser refused: a programming error, unless the configuration makes no sense.
    #[error("training: {0}")]
    Autodiff(#[from] ract_autodiff::Error),
    /// A file could not be read or written.
    #[error("cannot {verb} {}: {source}", path.display())]
    File {
        /// What was tried: `read`, `write`, `create`.
        verb: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Error {
    /// A file error, for `map_err`.
    pub fn file(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { verb, path, source }
    }

    /// Exit code of the command: 2 for usage, 1 for a failed run.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            _ => 1,
        }
    }
}
