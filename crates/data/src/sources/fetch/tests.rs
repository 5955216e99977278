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
        std::fs::write(folder.path().join("x.zip.sha256"), record.replace(SHA256, &SHA256.replace('b', "c"))).unwrap();
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
