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
    /// Files are not in their folder.
    #[error("{} lacks {files}: {advice}", folder.display())]
    MissingFiles {
        /// Where they should be.
        folder: PathBuf,
        /// Their names.
        files: String,
        /// How to get them.
        advice: String,
    },
    /// A public file could not be downloaded.
    #[error(
        "cannot download {url} ({reason}): download it by other means{size} and put it at {}, or name it with --input",
        path.display()
    )]
    Download {
        /// Where it is.
        url: String,
        /// What went wrong.
        reason: String,
        /// Its size, in words; empty when it is not known.
        size: String,
        /// Where it belongs.
        path: PathBuf,
    },
    /// A file is not the one that was published; or the record of its checksum is damaged.
    #[error("{0}")]
    Checksum(String),
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
