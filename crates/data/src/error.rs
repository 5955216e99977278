//! What can be wrong with data, with file, line and value.

use std::path::PathBuf;

/// Result with this crate's [`enum@DataError`].
pub type Result<T, E = DataError> = std::result::Result<T, E>;

/// Why data cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A line of a file cannot be used.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// The file's name.
        file: String,
        /// From 1.
        line: u64,
        /// What is wrong there, with the value.
        problem: String,
    },
    /// A whole file, or what was asked of it, cannot be used.
    #[error("{file}: {problem}")]
    File {
        /// The file's name.
        file: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The options contradict the data.
    #[error("{0}")]
    Options(String),
    /// The system refused.
    #[error("cannot {verb} {}: {source}", path.display())]
    Io {
        /// What was tried: `read`, `write`, `create`.
        verb: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl DataError {
    /// A system's error, for `map_err`.
    pub(crate) fn io(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { verb, path, source }
    }
}
