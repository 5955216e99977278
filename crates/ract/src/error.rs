//! Errors, as sentences for the person who must act on them.

use std::path::PathBuf;

/// Result with this crate's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The command line or the experiment file asks for something that does not exist.
    #[error("{0}")]
    Usage(String),
    /// The command could not do what was asked.
    #[error("{0}")]
    Failed(String),
    /// Training made a number that is not finite.
    #[error("{0}")]
    NotFinite(String),
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] ract_data::DataError),
    /// The tape or the optimiser returned an error. This is a programming error, unless the configuration makes no
    /// sense.
    #[error("training: {0}")]
    Autodiff(#[from] ract_autodiff::Error),
    /// A file could not be read or written.
    #[error("cannot {verb} {}: {source}", path.display())]
    File {
        /// The operation that failed: `read`, `write`, `create`.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

impl Error {
    /// Makes a file error from an I/O error, for `map_err`.
    pub fn file(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { verb, path, source }
    }

    /// Whether the place is one where this user may not write.
    pub fn is_read_only(&self) -> bool {
        let (Self::File { source, .. } | Self::Data(ract_data::DataError::Io { source, .. })) = self else {
            return false;
        };
        matches!(source.kind(), std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied)
    }

    /// Exit code of the command: 2 for usage, 1 for a failed run.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            _ => 1,
        }
    }
}
