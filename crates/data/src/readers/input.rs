//! What a reader reads: a file, several files of a folder, or files in a zip archive, which is never unpacked to disk.

use super::bytes::{Counted, InLines, MAX_BYTES, decompressed};
use crate::checksum::{SourceFile, digits};
use crate::{Checksum, DataError, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// So much of a file tells how it is written.
const FIRST: u64 = 1 << 16;

/// The first lines, as many as fit into 64 KiB, of the file `name` in the zip archive at `path`. The archive may have any
/// name.
pub(crate) fn first_lines(path: &Path, name: &str) -> Result<Vec<u8>> {
    Ok(Input::archived(path, path.display().to_string(), &[name])?.first_lines()?.0)
}

/// Files that a reader reads one after the other.
pub struct Input<'a> {
    name: String,
    files: Files<'a>,
    bytes: u64,
    /// How many files and bytes have been read.
    opened: usize,
    read: u64,
    /// The hash of each opened file, as far as it has been read.
    hashes: Vec<SoFar>,
    progress: Box<dyn Fn(u64) + 'a>,
}

/// What has been read of a file.
struct SoFar {
    name: String,
    bytes: u64,
    hash: Sha256,
    /// The number of bytes after the last line feed.
    of_line: u64,
}

enum Files<'a> {
    OnDisk(Vec<PathBuf>),
    /// The indices in the archive, with the names for messages.
    Archived(Box<ZipArchive<File>>, Vec<(usize, String)>),
    Streams(Vec<(String, Box<dyn Read + 'a>)>),
}

/// One of the files.
pub(crate) struct InputFile<'a> {
    pub(crate) source: Box<dyn Read + 'a>,
    /// For messages.
    pub(crate) name: String,
}

/// Whether `path` is read as an archive.
pub fn is_zip(path: &Path) -> bool {
    has_extension(path, "zip")
}

/// Whether the name of `path` ends with `.extension`, in any case.
pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// Whether `path` is a prefix of files: whether there is a `path.NAME`, with the first of `names`.
pub(crate) fn is_prefix(path: &Path, names: &[&str]) -> bool {
    names.first().is_some_and(|name| with_suffix(path, name).is_file())
}

fn with_suffix(path: &Path, name: &str) -> PathBuf {
    let mut file = path.as_os_str().to_owned();
    file.push(".");
    file.push(name);
    file.into()
}

impl<'a> Input<'a> {
    /// Opens `path`, which is
    /// - a file, whatever its name;
    /// - a zip archive with files of these `names`, in any folder;
    /// - a folder with files of these `names`;
    /// - a prefix: the files are `path.NAME`.
    ///
    /// # Errors
    /// When it cannot be opened; when a folder lacks a file; when an archive is damaged, or has no file of a name or
    /// several.
    pub fn open(path: &Path, names: &[&str]) -> Result<Self> {
        let name = path.display().to_string();
        if is_prefix(path, names) {
            return Self::on_disk(name, names.iter().map(|part| with_suffix(path, part)).collect());
        }
        // The folder of several files is called a folder even when it is not there.
        if path.is_dir() || (names.len() > 1 && !path.exists()) {
            let files: Vec<_> = names.iter().map(|name| path.join(name)).collect();
            let missing = names.iter().zip(&files).filter(|(_, file)| !file.is_file());
            let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
            if !missing.is_empty() {
                return Err(DataError::MissingFiles {
                    folder: path.to_owned(),
                    files: missing.join(", "),
                    advice: "put them there, or name another path with --input".to_owned(),
                });
            }
            return Self::on_disk(name, files);
        }
        if is_zip(path) { Self::archived(path, name, names) } else { Self::on_disk(name, vec![path.to_owned()]) }
    }

    /// Opens the file at `path`, which may have any name and may be compressed; or the only data file of a zip archive.
    ///
    /// # Errors
    /// When it cannot be opened, is a folder, or is an archive of several data files.
    pub fn of_any(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        if !is_zip(path) {
            return Self::on_disk(name, vec![path.to_owned()]);
        }
        let file = File::open(path).map_err(DataError::io("read", path))?;
        let mut archive = ZipArchive::new(file).map_err(|error| damaged(&name, &error))?;
        let mut files = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|error| damaged(&name, &error))?;
            if entry.is_file() {
                files.push(String::from_utf8_lossy(entry.name_raw()).into_owned());
            }
        }
        let Ok([only]) = <[String; 1]>::try_from(files.clone()) else {
            let problem = format!("it holds {}: unpack it and name the file", files.join(", "));
            return Err(DataError::File { file: name, problem });
        };
        Self::archived(path, name, &[only.rsplit('/').next().unwrap_or(&only)])
    }

    /// The first lines of the first file, as many as fit into 64 KiB, and the file's name.
    pub(crate) fn first_lines(mut self) -> Result<(Vec<u8>, String)> {
        let file = self.demand("file")?;
        let (mut lines, name) = (Vec::new(), file.name);
        file.source.take(FIRST).read_to_end(&mut lines).map_err(DataError::io("read", &name))?;
        if lines.len() as u64 == FIRST {
            // A first line that is longer stays as it is.
            let end = lines.iter().rposition(|&byte| byte == b'\n').map_or(lines.len(), |end| end + 1);
            lines.truncate(end);
        }
        Ok((lines, name))
    }

    /// A stream; `name` is the name for messages.
    pub fn stream(name: &str, source: impl Read + 'a) -> Self {
        Self::streams(name, [(name.to_owned(), source)])
    }

    /// Streams, each with its name; `name` is that of all of them.
    pub fn streams<R: Read + 'a>(name: &str, streams: impl IntoIterator<Item = (String, R)>) -> Self {
        let boxed = |(name, source)| (name, Box::new(source) as Box<dyn Read + 'a>);
        Self::new(name.to_owned(), Files::Streams(streams.into_iter().map(boxed).collect()), 0)
    }

    fn on_disk(name: String, files: Vec<PathBuf>) -> Result<Self> {
        let mut bytes = 0;
        for file in &files {
            let metadata = file.metadata().map_err(DataError::io("read", file))?;
            if !metadata.is_file() {
                // A pipe or a device may never end.
                let problem = "not a file: write the data to a file and name that".to_owned();
                return Err(DataError::File { file: file.display().to_string(), problem });
            }
            bytes += metadata.len();
        }
        Ok(Self::new(name, Files::OnDisk(files), bytes))
    }

    fn archived(path: &Path, name: String, names: &[&str]) -> Result<Self> {
        let file = File::open(path).map_err(DataError::io("read", path))?;
        let mut archive = ZipArchive::new(file).map_err(|error| damaged(&name, &error))?;
        let (mut entries, mut bytes) = (Vec::new(), 0);
        for wanted in names {
            let (index, entry_name) = find(&mut archive, &name, wanted)?;
            let entry = archive.by_index_raw(index).map_err(|error| damaged(&name, &error))?;
            if entry.size() > MAX_BYTES {
                let size = entry.size();
                let problem =
                    format!("{entry_name} claims {size} bytes, more than {MAX_BYTES}: the archive is damaged");
                return Err(DataError::File { file: name, problem });
            }
            bytes += entry.size();
            entries.push((index, format!("{name}/{entry_name}")));
        }
        let name = if let [(_, only)] = &entries[..] { only.clone() } else { name };
        Ok(Self::new(name, Files::Archived(Box::new(archive), entries), bytes))
    }

    fn new(name: String, files: Files<'a>, bytes: u64) -> Self {
        Self { name, files, bytes, opened: 0, read: 0, hashes: Vec::new(), progress: Box::new(|_| ()) }
    }

    /// The same; `progress` is told how many bytes have been read of all files.
    #[must_use]
    pub fn with_progress(self, progress: impl Fn(u64) + 'a) -> Self {
        Self { progress: Box::new(progress), ..self }
    }

    /// Number of bytes of all files; 0 of streams.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The name of all files, for messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The next file, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<InputFile<'_>>> {
        let at = self.opened;
        let (name, source): (String, Box<dyn Read + '_>) = match &mut self.files {
            Files::OnDisk(files) => {
                let Some(path) = files.get(at) else { return Ok(None) };
                let file = File::open(path).map_err(DataError::io("read", path))?;
                (path.display().to_string(), Box::new(file))
            }
            Files::Archived(archive, entries) => {
                let Some((index, name)) = entries.get(at) else { return Ok(None) };
                let entry = archive.by_index(*index).map_err(|error| damaged(&self.name, &error))?;
                // Readers read to the very end, so the archive's checksum is verified.
                (name.clone(), Box::new(entry.take(MAX_BYTES)))
            }
            Files::Streams(streams) => {
                let Some((name, source)) = streams.get_mut(at) else { return Ok(None) };
                (name.clone(), Box::new(source))
            }
        };
        self.opened += 1;
        let file = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
        self.hashes.push(SoFar { name: file, bytes: 0, hash: Sha256::new(), of_line: 0 });
        let SoFar { bytes, hash, of_line, .. } = &mut self.hashes[at];
        let counted = Counted { source, bytes, hash, read: &mut self.read, progress: &self.progress };
        let source = decompressed(counted).map_err(DataError::io("read", &name))?;
        Ok(Some(InputFile { source: Box::new(InLines { source, of_line }), name }))
    }

    /// The files that were read, and what they are known by.
    pub(crate) fn source_files(self) -> Vec<SourceFile> {
        let of = |SoFar { name, bytes, hash, of_line }| SourceFile {
            name,
            is_cut: of_line > 0,
            checksum: Checksum { bytes, sha256: digits(hash).into() },
        };
        self.hashes.into_iter().map(of).collect()
    }

    /// The next file, which must be there; `what` it is.
    pub(crate) fn demand(&mut self, what: &str) -> Result<InputFile<'_>> {
        let missing = DataError::File { file: self.name.clone(), problem: format!("there is no {what} with it") };
        self.next()?.ok_or(missing)
    }
}

/// The only file of that name in the archive, whatever folder it is in.
fn find(archive: &mut ZipArchive<File>, name: &str, wanted: &str) -> Result<(usize, String)> {
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| damaged(name, &error))?;
        let entry_name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry_name.rsplit('/').next() == Some(wanted) {
            found.push((index, entry_name));
        }
    }
    if found.len() != 1 {
        let number = found.len();
        let problem = format!("it holds {number} files named {wanted}, not one: unpack it and name the file");
        return Err(DataError::File { file: name.to_owned(), problem });
    }
    Ok(found.swap_remove(0))
}

fn damaged(name: &str, error: &ZipError) -> DataError {
    DataError::File { file: name.to_owned(), problem: format!("not a usable zip archive ({error})") }
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
        // Short texts are easier to damage when they are not compressed.
        let method = if entries.len() > 1 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        for (name, text) in entries {
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        file.into_temp_path()
    }

    /// The texts of all files, with their names; `path` is left out of the names.
    fn texts(path: &Path, names: &[&str]) -> Result<Vec<(String, String)>> {
        let told = std::cell::Cell::new(0);
        let mut input = Input::open(path, names)?.with_progress(|bytes| told.set(bytes));
        let (bytes, mut texts) = (input.bytes(), Vec::new());
        while let Some(InputFile { mut source, name }) = input.next()? {
            let mut text = String::new();
            source.read_to_string(&mut text).map_err(DataError::io("read", path))?;
            texts.push((name.replace(&*path.display().to_string(), "PATH"), text));
        }
        drop(input);
        assert_eq!((bytes, told.get()), (bytes, bytes));
        Ok(texts)
    }

    fn error(path: &Path) -> String {
        texts(path, &["ratings.csv"]).unwrap_err().to_string()
    }

    fn pair(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn the_ratings_of_an_archive_are_found_in_any_folder() {
        let path =
            archive(&[("ml-20m/movies.csv", "no"), ("ml-20m/ratings.csv", "yes"), ("ml-20m/xratings.csv", "no")]);
        assert_eq!(texts(&path, &["ratings.csv"]).unwrap(), [pair("PATH/ml-20m/ratings.csv", "yes")]);
    }

    #[test]
    fn several_files_come_from_an_archive_from_a_folder_or_by_their_prefix_in_the_order_of_their_names() {
        let path = archive(&[("b.txt", "second"), ("a.txt", "first")]);
        let expected = [pair("PATH/a.txt", "first"), pair("PATH/b.txt", "second")];
        assert_eq!(texts(&path, &["a.txt", "b.txt"]).unwrap(), expected);
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("a.txt", "first"), ("b.txt", "second"), ("c.txt", "no"), ("x.a.txt", "of a prefix")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(texts(folder.path(), &["a.txt", "b.txt"]).unwrap(), expected);
        assert_eq!(texts(&folder.path().join("x"), &["a.txt"]).unwrap(), [pair("PATH.a.txt", "of a prefix")]);
        let message = texts(folder.path(), &["a.txt", "d.txt", "e.txt"]).unwrap_err().to_string();
        assert!(message.contains(" lacks d.txt, e.txt: put them there"), "{message}");
    }

    #[test]
    fn a_damaged_archive_is_noticed() {
        let path = archive(&[("ratings.csv", "user,item\n1,2\n")]);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(4).position(|four| four == b"1,2\n").unwrap();
        bytes[at] = b'7';
        std::fs::write(&path, bytes).unwrap();
        assert!(texts(&path, &["ratings.csv"]).is_err());
    }

    #[test]
    fn a_file_that_is_longer_than_its_archive_claims_is_refused() {
        let path = archive(&[("ratings.csv", "user,item\n1,2\n3,4\n")]);
        let mut bytes = std::fs::read(&path).unwrap();
        let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        bytes[entry + 24..entry + 28].copy_from_slice(&14_u32.to_le_bytes());
        std::fs::write(&path, bytes).unwrap();
        let message = error(&path);
        assert!(message.contains("larger than its declared uncompressed size"), "{message}");
    }

    #[test]
    fn an_archive_without_ratings_is_refused() {
        let message = error(&archive(&[("movies.csv", "no")]));
        assert!(message.contains("it holds 0 files named ratings.csv"), "{message}");
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
        std::fs::write(file.path(), "user,item\n1,2\n").unwrap();
        let message = error(file.path());
        assert!(message.contains("not a usable zip archive"), "{message}");
    }

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let message = error(Path::new("nowhere/in.csv"));
        assert!(message.starts_with("cannot read nowhere/in.csv: "), "{message}");
    }
}
