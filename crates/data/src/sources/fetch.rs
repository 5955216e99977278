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
mod tests {
    use super::*;
    use std::net::TcpListener;

    const BODY: &[u8] = b"abc";
    const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn published() -> Checksum {
        Checksum { bytes: 3, sha256: SHA256.into() }
    }

    fn accepts(_: &Path) -> Result<()> {
        Ok(())
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn without_a_network_one_line_says_what_to_put_where() {
        let folder = tempfile::tempdir().unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("http://{closed}/x.zip");
        let file = PublicFile { url: url.clone().into(), published: Some(published()) };
        let path = folder.path().join("x.zip");
        let message = file.download(&path, accepts, |_| ()).unwrap_err().to_string();
        assert!(message.contains(&url) && message.contains(&path.display().to_string()), "{message}");
        assert_eq!((message.lines().count(), files(folder.path())), (1, 0));
    }

    #[test]
    fn a_damaged_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        std::fs::write(&path, b"abd").unwrap();
        let file = PublicFile { url: "http://x".into(), published: Some(published()) };
        let message = file.check(&path, accepts, |_| ()).unwrap_err().to_string();
        assert!(message.contains("is damaged or another file"), "{message}");
    }
    #[test]
    fn what_was_put_there_by_hand_is_recorded_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        std::fs::write(&path, BODY).unwrap();
        let file = PublicFile { url: "http://x".into(), published: None };
        file.check(&path, accepts, |_| ()).unwrap();
        assert_eq!(file.expected(&path).unwrap(), Some(published()));
    }

    #[test]
    fn a_damaged_record_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        std::fs::write(&path, BODY).unwrap();
        let file = PublicFile { url: "http://x".into(), published: None };
        let (cut, other) = (&SHA256[..63], SHA256.replace('b', "x"));
        for damaged in
            ["?", "# 3 bytes\n\n  x.zip\n", &format!("# 3 bytes\n{cut}  x.zip"), &format!("# 3 bytes\n{other}  x.zip")]
        {
            std::fs::write(folder.path().join("x.zip.sha256"), damaged).unwrap();
            let message = file.check(&path, accepts, |_| ()).unwrap_err().to_string();
            assert!(message.contains("x.zip.sha256 does not say") && message.lines().count() == 1, "{message}");
        }
    }

    #[test]
    #[cfg(not(feature = "network"))]
    fn without_the_feature_the_reason_is_that_it_was_left_out() {
        let file = PublicFile { url: "http://x/x.zip".into(), published: Some(published()) };
        let message = file.download(Path::new("data/x.zip"), accepts, |_| ()).unwrap_err().to_string();
        let expected = "cannot download http://x/x.zip (this program was built without the feature `network` of ract-data): \
                        download it by other means (3 bytes) and put it at data/x.zip, or name it with --input";
        assert_eq!(message, expected);
    }

    #[cfg(feature = "network")]
    mod network {
        use super::*;
        use std::io::{Read, Write};

        /// A server that answers one request with `head` and `body`. The thread returns the request.
        fn serve_with(head: String, body: &'static [u8]) -> (PublicFile, std::thread::JoinHandle<String>) {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}/x.zip", listener.local_addr().unwrap());
            let server = std::thread::spawn(move || {
                let (mut client, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    client.read_exact(&mut byte).unwrap();
                    request.push(byte[0]);
                }
                write!(client, "HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").unwrap();
                client.write_all(body).unwrap();
                String::from_utf8(request).unwrap().to_lowercase()
            });
            (PublicFile { url: url.into(), published: Some(published()) }, server)
        }

        /// A server that answers one request with BODY.
        fn serve() -> (PublicFile, std::thread::JoinHandle<String>) {
            serve_with(format!("200 OK\r\nContent-Length: {}", BODY.len()), BODY)
        }

        #[test]
        fn what_was_published_is_kept() {
            let folder = tempfile::tempdir().unwrap();
            let (path, (file, server)) = (folder.path().join("new/x.zip"), serve());
            let seen = std::cell::Cell::new(0);
            file.download(&path, accepts, |bytes| seen.set(bytes)).unwrap();
            server.join().unwrap();
            assert_eq!((std::fs::read(&path).unwrap(), seen.get()), (BODY.to_vec(), 3));
            file.check(&path, accepts, |_| ()).unwrap();
        }

        #[test]
        fn of_another_file_nothing_is_kept() {
            for (bytes, sha256) in [(3, SHA256.replace('b', "c")), (2, SHA256.to_owned()), (4, SHA256.to_owned())] {
                let folder = tempfile::tempdir().unwrap();
                let (file, server) = serve();
                let file = PublicFile { published: Some(Checksum { bytes, sha256: sha256.into() }), ..file };
                let message = file.download(&folder.path().join("x.zip"), accepts, |_| ()).unwrap_err().to_string();
                server.join().unwrap();
                assert!(message.contains(SHA256) && message.contains("nothing was kept"), "{message}");
                assert_eq!(files(folder.path()), 0);
            }
        }

        #[test]
        fn what_nobody_published_is_recorded_when_it_first_comes_and_held_to_later() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.zip");
            let download = |path: &Path| {
                let (file, server) = serve();
                let downloaded = PublicFile { published: None, ..file }.download(path, accepts, |_| ());
                server.join().unwrap();
                downloaded
            };
            download(&path).unwrap();
            let record = std::fs::read_to_string(folder.path().join("x.zip.sha256")).unwrap();
            assert_eq!(record, format!("# 3 bytes\n{SHA256}  x.zip\n"));
            download(&path).unwrap();

            let file = PublicFile { url: "http://x".into(), published: None };
            file.check(&path, accepts, |_| ()).unwrap();
            std::fs::write(&path, "other").unwrap();
            let message = file.check(&path, accepts, |_| ()).unwrap_err().to_string();
            assert!(message.contains("5 bytes") && message.contains("x.zip.sha256 holds since"), "{message}");
            std::fs::write(folder.path().join("x.zip.sha256"), record.replace(SHA256, &SHA256.replace('b', "c")))
                .unwrap();
            let message = download(&path).unwrap_err().to_string();
            assert!(message.contains(SHA256) && message.contains("nothing was kept"), "{message}");
            assert_eq!((std::fs::read(&path).unwrap(), files(folder.path())), (b"other".to_vec(), 2));
        }

        #[test]
        fn a_download_that_broke_off_goes_on_where_it_was() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.zip");
            let (file, server) = serve_with("200 OK\r\nContent-Length: 3\r\nETag: \"v1\"".to_owned(), b"ab");
            let message = file.download(&path, accepts, |_| ()).unwrap_err().to_string();
            server.join().unwrap();
            assert!(message.contains("2 bytes have come") && !path.exists(), "{message}");

            let rest = "206 Partial Content\r\nContent-Length: 1\r\nContent-Range: bytes 2-2/3";
            let (file, server) = serve_with(rest.to_owned(), b"c");
            file.download(&path, accepts, |_| ()).unwrap();
            let request = server.join().unwrap();
            assert!(request.contains("range: bytes=2-\r\n") && request.contains("if-range: \"v1\""), "{request}");
            assert_eq!((std::fs::read(&path).unwrap(), files(folder.path())), (BODY.to_vec(), 1));
        }

        #[test]
        fn a_part_of_another_version_is_not_used() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.zip");
            let (file, server) = serve_with("200 OK\r\nContent-Length: 3\r\nETag: \"v1\"".to_owned(), b"zz");
            file.download(&path, accepts, |_| ()).unwrap_err();
            server.join().unwrap();
            let (file, server) = serve();
            file.download(&path, accepts, |_| ()).unwrap();
            server.join().unwrap();
            assert_eq!((std::fs::read(&path).unwrap(), files(folder.path())), (BODY.to_vec(), 1));
        }

        #[test]
        fn of_a_body_that_was_cut_and_has_no_version_nothing_is_kept() {
            let folder = tempfile::tempdir().unwrap();
            let (file, server) = serve_with("200 OK\r\nContent-Length: 3".to_owned(), b"ab");
            PublicFile { published: None, ..file }.download(&folder.path().join("x.zip"), accepts, |_| ()).unwrap_err();
            server.join().unwrap();
            assert_eq!(files(folder.path()), 0);
        }

        #[test]
        fn a_page_in_place_of_the_data_is_not_recorded() {
            let folder = tempfile::tempdir().unwrap();
            let (file, server) = serve();
            let refuses = |path: &Path| {
                let problem = "not a usable zip archive".to_owned();
                Err(DataError::File { file: path.display().to_string(), problem })
            };
            let file = PublicFile { published: None, ..file };
            let message = file.download(&folder.path().join("x.zip"), refuses, |_| ()).unwrap_err().to_string();
            server.join().unwrap();
            assert!(message.contains("sent something else than the data"), "{message}");
            assert_eq!(files(folder.path()), 0);
        }

        #[test]
        fn an_error_of_the_server_is_told_and_leaves_nothing() {
            let folder = tempfile::tempdir().unwrap();
            let (file, server) = serve_with("404 Not Found\r\nContent-Length: 3".to_owned(), BODY);
            let message = file.download(&folder.path().join("x.zip"), accepts, |_| ()).unwrap_err().to_string();
            server.join().unwrap();
            assert!(message.contains("the server answered 404"), "{message}");
            assert_eq!(files(folder.path()), 0);
        }

        #[test]
        fn what_nobody_knows_must_come_over_https() {
            let folder = tempfile::tempdir().unwrap();
            let file = PublicFile { url: "http://example.org/x.zip".into(), published: None };
            let message = file.download(&folder.path().join("x.zip"), accepts, |_| ()).unwrap_err().to_string();
            assert!(message.contains("without HTTPS"), "{message}");
        }
    }
}
