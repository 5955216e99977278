//! What a reader reads: a file, several files of a folder, or files in a zip or tar archive, which is never unpacked to disk.

use super::bytes::{Counted, InLines, MAX_BYTES, decompressed};
use super::tar::{self, Tar, is_tar};
use crate::checksum::{SourceFile, digits};
use crate::{Checksum, DataError, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// So much of a file tells how it is written.
const FIRST: u64 = 1 << 16;

/// The first lines, as many as fit into 64 KiB, of the file `name` in the archive at `path`; or of `path` itself, if that is no
/// archive. What it is, the name `called` says; `path` may be any.
pub(crate) fn first_lines(path: &Path, called: &Path, name: &str) -> Result<Vec<u8>> {
    let input = match Archive::called(called) {
        Some(kind) => Input::archived(path, kind, Some(&[name]))?,
        None => Input::on_disk(path.display().to_string(), vec![path.to_owned()])?,
    };
    Ok(input.first_lines()?.0)
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
    Zipped(Box<ZipArchive<File>>, Vec<(usize, String)>),
    /// The files in the archive, with their names for messages.
    InTar(Tar, Vec<tar::Entry>),
    Streams(Vec<(String, Box<dyn Read + 'a>)>),
}

/// One of the files.
pub(crate) struct InputFile<'a> {
    pub(crate) source: Box<dyn Read + 'a>,
    /// For messages.
    pub(crate) name: String,
}

/// Whether `path` is read as a zip archive.
pub fn is_zip(path: &Path) -> bool {
    has_extension(path, "zip")
}

/// The kinds of archives.
#[derive(Clone, Copy)]
enum Archive {
    Zip,
    Tar,
}

impl Archive {
    /// Of a file of that name, if it is one.
    fn called(path: &Path) -> Option<Self> {
        if is_zip(path) { Some(Self::Zip) } else { is_tar(path).then_some(Self::Tar) }
    }
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
    /// - a zip archive or a tar archive, plain or compressed, with files of these `names`, in any folder;
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
        match Archive::called(path) {
            Some(kind) => Self::archived(path, kind, Some(names)),
            None => Self::on_disk(name, vec![path.to_owned()]),
        }
    }

    /// Opens the file at `path`, which may have any name and may be compressed; or the only file of a zip or tar archive.
    ///
    /// # Errors
    /// When it cannot be opened, is a folder, or is an archive of several files.
    pub fn of_any(path: &Path) -> Result<Self> {
        match Archive::called(path) {
            Some(kind) => Self::archived(path, kind, None),
            None => Self::on_disk(path.display().to_string(), vec![path.to_owned()]),
        }
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
            bytes += size(file)?;
        }
        Ok(Self::new(name, Files::OnDisk(files), bytes))
    }

    /// The files of these names in an archive, or its only one.
    fn archived(path: &Path, kind: Archive, names: Option<&[&str]>) -> Result<Self> {
        let name = path.display().to_string();
        let (files, names, sizes) = match kind {
            Archive::Tar => in_tar(path, &name, names)?,
            Archive::Zip => zipped(path, &name, names)?,
        };
        for (of, size) in names.iter().zip(&sizes) {
            if *size > MAX_BYTES {
                let problem = format!("{of} claims {size} bytes, more than {MAX_BYTES}: the archive is damaged");
                return Err(DataError::File { file: name, problem });
            }
        }
        let name = if let [only] = &names[..] { only.clone() } else { name };
        Ok(Self::new(name, files, sizes.iter().sum()))
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
            Files::Zipped(archive, entries) => {
                let Some((index, name)) = entries.get(at) else { return Ok(None) };
                let entry = archive.by_index(*index).map_err(|error| damaged(&self.name, &error))?;
                // Readers read to the very end, so the archive's checksum is verified.
                (name.clone(), Box::new(entry.take(MAX_BYTES)))
            }
            Files::InTar(archive, entries) => {
                let Some(entry) = entries.get(at) else { return Ok(None) };
                let file = archive.file(entry).map_err(DataError::io("read", &entry.name))?;
                (entry.name.clone(), Box::new(file))
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

    /// The only file, which is a plain one on disk, with its name: for a format that is not read from its start to its end.
    ///
    /// # Errors
    /// When it is another, or cannot be read.
    pub(crate) fn whole(&mut self) -> Result<(File, String)> {
        let Files::OnDisk(files) = &self.files else { return Err(self.not_whole()) };
        let [path] = &files[..] else { return Err(self.not_whole()) };
        let name = path.display().to_string();
        let open = || File::open(path).map_err(DataError::io("read", path));
        let file = path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
        let mut whole = SoFar { name: file, bytes: 0, hash: Sha256::new(), of_line: 0 };
        let SoFar { bytes, hash, .. } = &mut whole;
        let source = Box::new(open()?);
        let mut counted = Counted { source, bytes, hash, read: &mut self.read, progress: &self.progress };
        io::copy(&mut counted, &mut io::sink()).map_err(DataError::io("read", path))?;
        drop(counted);
        let file = open()?;
        self.opened += 1;
        self.hashes.push(whole);
        Ok((file, name))
    }

    fn not_whole(&self) -> DataError {
        let problem = "it is not one plain file: unpack it and name the file".to_owned();
        DataError::File { file: self.name.clone(), problem }
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

/// The size of a file, which must be one: a pipe or a device may never end.
fn size(path: &Path) -> Result<u64> {
    let metadata = path.metadata().map_err(DataError::io("read", path))?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    let problem = "not a file: write the data to a file and name that".to_owned();
    Err(DataError::File { file: path.display().to_string(), problem })
}

/// Files of an archive, their names for messages, and their sizes.
type Archived = (Files<'static>, Vec<String>, Vec<u64>);

fn zipped(path: &Path, name: &str, wanted: Option<&[&str]>) -> Result<Archived> {
    let damaged = |error| damaged(name, &error);
    let file = File::open(path).map_err(DataError::io("read", path))?;
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    let mut all = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        if entry.is_file() {
            all.push((index, String::from_utf8_lossy(entry.name_raw()).into_owned(), entry.size()));
        }
    }
    let chosen = choose(all, |(_, name, _)| name, name, wanted)?;
    let files = chosen.iter().map(|(index, file, _)| (*index, format!("{name}/{file}")));
    let files: Vec<_> = files.collect();
    let names = files.iter().map(|(_, name)| name.clone()).collect();
    Ok((Files::Zipped(Box::new(archive), files), names, chosen.iter().map(|(.., size)| *size).collect()))
}

fn in_tar(path: &Path, name: &str, wanted: Option<&[&str]>) -> Result<Archived> {
    size(path)?;
    let all = tar::entries(path).map_err(|error| {
        let problem = format!("not a usable tar archive ({error})");
        DataError::File { file: name.to_owned(), problem }
    })?;
    let mut chosen = choose(all, |entry| &entry.name, name, wanted)?;
    chosen.iter_mut().for_each(|entry| entry.name = format!("{name}/{}", entry.name));
    let (names, sizes) = chosen.iter().map(|entry| (entry.name.clone(), entry.bytes)).unzip();
    Ok((Files::InTar(Tar::new(path), chosen), names, sizes))
}

/// Of all files of an archive those of the wanted names, whatever folder each is in; or the only one.
fn choose<T>(mut all: Vec<T>, path: impl Fn(&T) -> &String, archive: &str, wanted: Option<&[&str]>) -> Result<Vec<T>> {
    let refuse = |problem: String| Err(DataError::File { file: archive.to_owned(), problem });
    let Some(wanted) = wanted else {
        let names: Vec<_> = all.iter().map(|file| path(file).as_str()).collect();
        let problem = format!("it holds {}: unpack it and name the file", names.join(", "));
        return if all.len() == 1 { Ok(all) } else { refuse(problem) };
    };
    let mut chosen = Vec::new();
    for wanted in wanted {
        let is_wanted = |file: &T| path(file).rsplit('/').next() == Some(wanted);
        let found: Vec<usize> = (0..all.len()).filter(|&at| is_wanted(&all[at])).collect();
        let [at] = found[..] else {
            let number = found.len();
            return refuse(format!("it holds {number} files named {wanted}, not one: unpack it and name the file"));
        };
        chosen.push(all.swap_remove(at));
    }
    Ok(chosen)
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

    fn tar(ending: &str, entries: &[(&str, &str)]) -> tempfile::TempPath {
        let file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
        let mut builder = ::tar::Builder::new(Vec::new());
        for (name, text) in entries {
            let mut header = ::tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        let bytes = builder.into_inner().unwrap();
        let mut to = file.reopen().unwrap();
        if ending == ".tar" {
            to.write_all(&bytes).unwrap();
        } else {
            let mut gzip = flate2::write::GzEncoder::new(to, flate2::Compression::fast());
            gzip.write_all(&bytes).unwrap();
            gzip.finish().unwrap();
        }
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
    fn a_tar_plain_or_compressed_is_read_as_a_zip_is() {
        let long = format!("{}/ratings.csv", "folder/".repeat(40));
        let entries = [("x/b.txt", "second"), ("movies.csv", "no"), ("x/a.txt", "first"), (&long, "yes")];
        for ending in [".tar", ".tar.gz", ".TGZ"] {
            let path = tar(ending, &entries);
            assert_eq!(texts(&path, &["ratings.csv"]).unwrap(), [pair(&format!("PATH/{long}"), "yes")]);
            let expected = [pair("PATH/x/a.txt", "first"), pair("PATH/x/b.txt", "second")];
            assert_eq!(texts(&path, &["a.txt", "b.txt"]).unwrap(), expected);
            let message = texts(&path, &["c.txt"]).unwrap_err().to_string();
            assert!(
                message.ends_with("it holds 0 files named c.txt, not one: unpack it and name the file"),
                "{message}"
            );
            let message = Input::of_any(&path).err().unwrap().to_string();
            assert!(message.contains("it holds x/b.txt, movies.csv, x/a.txt, folder/"), "{message}");
            let (lines, name) = Input::of_any(&tar(ending, &entries[..1])).unwrap().first_lines().unwrap();
            assert!(lines == b"second" && name.ends_with("/x/b.txt"), "{name}");
        }
    }

    #[test]
    fn a_tar_that_was_cut_off_or_damaged_is_refused() {
        for ending in [".tar", ".tar.gz"] {
            let path = tar(ending, &[("ratings.csv", &"1,2\n".repeat(9000))]);
            let whole = std::fs::read(&path).unwrap();
            for damaged in [&whole[..whole.len() / 2], &whole[7..], b"user,item\n1,2\n"] {
                std::fs::write(&path, damaged).unwrap();
                let message = error(&path);
                assert!(message.contains(": not a usable tar archive ("), "{message}");
            }
        }
        let message = error(Path::new("nowhere/in.tar.gz"));
        assert!(message.starts_with("cannot read nowhere/in.tar.gz: "), "{message}");
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
