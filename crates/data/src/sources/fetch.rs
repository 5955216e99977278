//! Public files: each is downloaded as an atomic file and known by its SHA-256.

use crate::atomic_file;
#[cfg(feature = "network")]
use crate::readers::MAX_BYTES;
use crate::{Checksum, DataError, Result};
use std::borrow::Cow;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A file that others publish.
#[derive(Clone, Debug)]
pub struct PublicFile {
    /// Where it is.
    pub url: Cow<'static, str>,
    /// What it is known by. Where nobody published that, the checksum of the first file that comes is recorded beside
    /// it, and later ones are held to that.
    pub published: Option<Checksum>,
}

impl PublicFile {
    /// Its name: the last part of the address.
    pub fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// The same file from elsewhere: `mirror` is its address there, or ends with `/` and is that of its folder.
    #[must_use]
    pub fn from_mirror(&self, mirror: &str) -> Self {
        let name = if mirror.ends_with('/') { self.name() } else { "" };
        Self { url: format!("{mirror}{name}").into(), ..self.clone() }
    }

    /// Downloads it to `path`, which is there when all of it has come; `progress` is told how many bytes have come. A
    /// download that broke off goes on where it was, if the server still has the same file. Proxies of the environment
    /// are used.
    ///
    /// A file that nobody published a checksum of must come over HTTPS, and `accepts` must find the data in it.
    ///
    /// # Errors
    /// When the network is closed, or the crate was built without its feature `network`, with what to put where by hand;
    /// when what comes is not the published file, or not the one that came first.
    #[cfg(feature = "network")]
    pub fn download(&self, path: &Path, accepts: impl Fn(&Path) -> Result<()>, progress: impl Fn(u64)) -> Result<()> {
        use super::partial::Partial;

        let expected = self.expected(path)?;
        if expected.is_none() && !self.is_private() {
            let reason = "without HTTPS and without a known checksum, nobody knows what comes".to_owned();
            return Err(self.unreachable(path, None, reason));
        }
        let unwritable = |source| DataError::io("write", path)(source);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let is_new = !folder.exists();
        atomic_file::create_folder(folder).map_err(unwritable)?;
        let leave_folder = || {
            if is_new {
                // It may hold the file of another download by now; then it stays.
                let _ = std::fs::remove_dir(folder);
            }
        };
        let mut partial = Partial::open(path).map_err(unwritable)?;
        if let Err(reason) = self.fetch(&mut partial, expected.as_ref(), &progress) {
            let kept = match partial.leave().map_err(unwritable)? {
                0 => {
                    leave_folder();
                    String::new()
                }
                bytes => format!("; {bytes} bytes have come, and another attempt goes on from there"),
            };
            return Err(self.unreachable(path, expected.as_ref(), reason + &kept));
        }
        let found = Checksum::of_file(partial.path())?;
        match &expected {
            Some(expected) if *expected != found => {
                partial.discard().map_err(unwritable)?;
                leave_folder();
                Err(DataError::Checksum(format!(
                    "{} sent {found} instead of {}; nothing was kept: try again, or download it by other means to {}",
                    self.url,
                    self.known(path, expected),
                    path.display()
                )))
            }
            Some(_) => partial.commit(path).map_err(unwritable),
            None => {
                if let Err(problem) = accepts(partial.path()) {
                    partial.discard().map_err(unwritable)?;
                    leave_folder();
                    let (url, path) = (&self.url, path.display());
                    return Err(DataError::Checksum(format!(
                        "{url} sent something else than the data ({problem}); nothing was kept: download it by other \
                         means to {path}"
                    )));
                }
                partial.commit(path).map_err(unwritable)?;
                found.record(path)
            }
        }
    }

    /// Whether nobody on the way can change it: it comes over HTTPS, or from this machine.
    #[cfg(feature = "network")]
    fn is_private(&self) -> bool {
        let host = self.url.strip_prefix("http://").map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
        self.url.starts_with("https://") || matches!(host, Some("127.0.0.1" | "localhost"))
    }

    /// Lets come what is missing in `partial`.
    #[cfg(feature = "network")]
    fn fetch(
        &self,
        partial: &mut super::partial::Partial,
        expected: Option<&Checksum>,
        progress: &impl Fn(u64),
    ) -> Result<(), String> {
        use std::io::{Read, Write};
        use std::time::Duration;
        use ureq::http::StatusCode;

        /// A server that says nothing for so long is given up.
        const PATIENCE: Duration = Duration::from_secs(60);
        /// The time for the whole file.
        const TOTAL: Duration = Duration::from_secs(12 * 60 * 60);

        let agent = ureq::Agent::config_builder()
            .https_only(self.url.starts_with("https://"))
            .http_status_as_error(false)
            .timeout_global(Some(TOTAL))
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .build()
            .new_agent();
        let said = |error: &dyn std::error::Error| error.to_string();
        let mut have = partial.bytes().map_err(|error| said(&error))?;
        let mut request = agent.get(&*self.url);
        if let Some(version) = partial.known_version().filter(|_| have > 0) {
            request = request.header("Range", format!("bytes={have}-")).header("If-Range", version);
        }
        let response = request.call().map_err(|error| said(&error))?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let goes_on = header("Content-Range").is_some_and(|range| range.starts_with(&format!("bytes {have}-")));
        match response.status() {
            StatusCode::PARTIAL_CONTENT if goes_on => {}
            StatusCode::OK => {
                // A weak validator may stand for other bytes.
                let version = header("ETag").filter(|tag| !tag.starts_with("W/")).or(header("Last-Modified"));
                partial.restart_with(version).map_err(|error| said(&error))?;
                have = 0;
            }
            other => {
                partial.restart().map_err(|error| said(&error))?;
                return Err(format!("the server answered {other}"));
            }
        }
        // One byte more than there should be is enough to tell.
        let most = expected.map_or(MAX_BYTES, |expected| expected.bytes) + 1;
        let mut body = response.into_body().into_reader().take(most.saturating_sub(have));
        let mut buffer = vec![0; 1 << 17];
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(said(&error)),
            };
            partial.write_all(&buffer[..read]).map_err(|error| said(&error))?;
            have += read as u64;
            progress(have);
        }
        if have > MAX_BYTES { Err(format!("it is larger than {MAX_BYTES} bytes")) } else { Ok(()) }
    }

    /// Downloads nothing: the crate was built without its feature `network`.
    ///
    /// # Errors
    /// Always, with what to put where by hand.
    #[cfg(not(feature = "network"))]
    pub fn download(&self, path: &Path, _accepts: impl Fn(&Path) -> Result<()>, _progress: impl Fn(u64)) -> Result<()> {
        let reason = "this program was built without the feature `network` of ract-data".to_owned();
        Err(self.unreachable(path, self.expected(path)?.as_ref(), reason))
    }

    /// Checks that `path` holds it; `progress` is told how many bytes have been read. In a file that nobody published a
    /// checksum of, `accepts` must find the data.
    ///
    /// # Errors
    /// When it is another or a damaged file.
    pub fn check(&self, path: &Path, accepts: impl Fn(&Path) -> Result<()>, progress: impl Fn(u64)) -> Result<()> {
        let read = || Checksum::of(File::open(path)?, None, progress);
        let found = read().map_err(DataError::io("read", path))?;
        match &self.expected(path)? {
            Some(expected) if *expected != found => Err(DataError::Checksum(format!(
                "{} is damaged or another file: it has {found} instead of {}; delete it and download {} again",
                path.display(),
                self.known(path, expected),
                self.url
            ))),
            Some(_) => Ok(()),
            None => {
                accepts(path)?;
                found.record(path)
            }
        }
    }

    /// What the file at `path` is held to; `None` when it is the first.
    ///
    /// # Errors
    /// When the record beside it cannot be read.
    pub fn expected(&self, path: &Path) -> Result<Option<Checksum>> {
        match &self.published {
            Some(published) => Ok(Some(published.clone())),
            None => Checksum::recorded(path),
        }
    }

    /// The expected checksum, and who says so.
    fn known(&self, path: &Path, expected: &Checksum) -> String {
        if self.published.is_some() {
            return expected.to_string();
        }
        let record = record_of(path);
        let record = record.display();
        format!("{expected}, which {record} holds since the first one came (if that one was wrong, delete {record})")
    }

    fn unreachable(&self, path: &Path, expected: Option<&Checksum>, reason: String) -> DataError {
        let size = expected.map(|expected| format!(" ({} bytes)", expected.bytes)).unwrap_or_default();
        DataError::Download { url: self.url.clone().into_owned(), reason, size, path: path.to_owned() }
    }
}

/// Where the checksum of a file is recorded that nobody published.
fn record_of(path: &Path) -> PathBuf {
    let mut record = path.as_os_str().to_owned();
    record.push(".sha256");
    record.into()
}

impl Checksum {
    /// Writes it beside `path`, in the form that `sha256sum --check` reads.
    fn record(&self, path: &Path) -> Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = format!("# {} bytes\n{}  {name}\n", self.bytes, self.sha256);
        atomic_file::save(&record_of(path), text)
    }

    /// What is recorded beside `path`, if anything is.
    fn recorded(path: &Path) -> Result<Option<Self>> {
        let record = record_of(path);
        if !record.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&record).map_err(DataError::io("read", &record))?;
        let parsed = || {
            let (first, second) = text.split_once('\n')?;
            let bytes = first.strip_prefix("# ")?.strip_suffix(" bytes")?.parse().ok()?;
            let (sha256, _) = second.split_once("  ")?;
            let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            (sha256.len() == 64 && sha256.bytes().all(is_digit))
                .then(|| Self { bytes, sha256: sha256.to_owned().into() })
        };
        let damaged = || {
            let (record, path) = (record.display(), path.display());
            DataError::Checksum(format!(
                "{record} does not say size and SHA-256: delete it, and those of {path} are recorded"
            ))
        };
        parsed().map(Some).ok_or_else(damaged)
    }
}

#[cfg(test)]
mod tests;
