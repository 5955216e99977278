//! A file of raw interactions, or a zip archive that holds one.

use crate::{Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zip::ZipArchive;

/// No public data set is larger; an archive that declares more is damaged or a trap.
const MAX_BYTES: u64 = 16 << 30;

/// The bytes of a file.
pub struct RawFile<'a> {
    /// Where they come from; nothing is unpacked to disk.
    pub source: Box<dyn Read + 'a>,
    /// The name for messages.
    pub name: String,
    /// How many there are.
    pub bytes: u64,
}

/// Whether a path is to be read as an archive.
pub fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// Opens `path` and hands its bytes to `then`: those of the file, or, of an archive, those of the file `wanted` in it,
/// whatever folder that is in.
///
/// # Errors
/// When it cannot be opened, or the archive has no or several such entries; what `then` fails with.
pub fn open<T>(path: &Path, wanted: &str, then: impl FnOnce(RawFile<'_>) -> Result<T>) -> Result<T> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let name = path.display().to_string();
    if !is_zip(path) {
        let bytes = file.metadata().map_err(Error::file("read", path))?.len();
        return then(RawFile { source: Box::new(file), name, bytes });
    }

    let unusable = |problem: String| Error::Failed(format!("{name}: {problem}"));
    let damaged = |error: zip::result::ZipError| unusable(format!("not a usable zip archive ({error})"));
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let entry_name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry_name.rsplit('/').next() == Some(wanted) {
            entries.push((index, entry_name));
        }
    }
    let [(index, entry_name)] = &entries[..] else {
        let number = entries.len();
        return Err(unusable(format!("it holds {number} files named {wanted}, not one: unpack it and name the file")));
    };
    let entry = archive.by_index(*index).map_err(damaged)?;
    let bytes = entry.size();
    if bytes > MAX_BYTES {
        return Err(unusable(format!(
            "{entry_name} claims {bytes} bytes, more than {MAX_BYTES}: the archive is damaged"
        )));
    }
    // Read to its very end, so that the archive's checksum is verified.
    then(RawFile { source: Box::new(entry.take(MAX_BYTES)), name: format!("{name}/{entry_name}"), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    fn archive(entries: &[(&str, &str)]) -> tempfile::TempPath {
        let file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
        let mut writer = ZipWriter::new(file.reopen().unwrap());
        // One of the two ways an entry may be stored: short texts are easier to damage when they are not compressed.
        let method = if entries.len() > 1 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        for (name, text) in entries {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        file.into_temp_path()
    }

    fn text(path: &Path) -> Result<String> {
        open(path, "ratings.csv", |mut file| {
            let mut text = String::new();
            file.source.read_to_string(&mut text).map_err(Error::file("read", path))?;
            assert_eq!(text.len() as u64, file.bytes);
            Ok(text)
        })
    }

    #[test]
    fn the_ratings_of_an_archive_are_found_in_any_folder() {
        let path =
            archive(&[("ml-20m/movies.csv", "no"), ("ml-20m/ratings.csv", "yes"), ("ml-20m/xratings.csv", "no")]);
        assert_eq!(text(&path).unwrap(), "yes");
    }

    #[test]
    fn a_damaged_archive_is_noticed() {
        let path = archive(&[("ratings.csv", "user,item\n1,2\n")]);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(4).position(|four| four == b"1,2\n").unwrap();
        bytes[at] = b'7';
        std::fs::write(&path, bytes).unwrap();
        assert!(text(&path).is_err());
    }

    #[test]
    fn an_archive_without_ratings_is_refused() {
        let message = text(&archive(&[("movies.csv", "no")])).unwrap_err().to_string();
        assert!(message.contains("it holds 0 files named ratings.csv"), "{message}");
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
        std::fs::write(file.path(), "user,item\n1,2\n").unwrap();
        let message = text(file.path()).unwrap_err().to_string();
        assert!(message.contains("not a usable zip archive"), "{message}");
    }
}
