//! The cache of a prepared folder: its matrices as they are in memory, so that they need not be read from text again.
//!
//! It belongs to the checksums in `meta.json` and to the sizes and times of the files, which are compared each time. When
//! one of them differs, or the cache itself is damaged, it is as if there were none: the files are read and checked, and it
//! is written anew. Where it cannot be written, as in a read-only folder, there is none.

use crate::integrity::Head;
use crate::prepared::CACHE;
use crate::{Interactions, atomic_file};
use crc32c::crc32c_append;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The form of the caches that this program writes and reads.
const FORMAT: u32 = 1;
/// The key in the file's metadata under which everything that is not a matrix is stored, as JSON.
const META_KEY: &str = "ract";
/// Two changes of a file within this time may leave the same time. A file that was changed so recently is not relied on.
const SETTLED: Duration = Duration::from_secs(2);

/// Where the cache of a folder is, and to what it must belong.
pub(crate) struct Cache {
    path: PathBuf,
    belongs_to: String,
}

/// To what a cache belongs, as JSON.
#[derive(Serialize)]
struct Owner<'a> {
    format: u32,
    head: &'a Head,
    states: BTreeMap<&'a str, State>,
}

/// What tells, without reading it, that a file is the same.
#[derive(Serialize)]
struct State {
    bytes: u64,
    /// Since 1970.
    modified: Duration,
    /// The last change of any kind, in seconds and nanoseconds: programs that set `modified` back cannot set this.
    noted: (i64, i64),
}

/// Everything in the file that is not a matrix.
#[derive(Serialize, Deserialize)]
struct Description {
    belongs_to: String,
    items: usize,
    /// Of all else.
    crc32c: u32,
}

/// A matrix: its name, where its rows end, and the items.
type Part<'a> = (&'a str, &'a [u8], &'a [u8]);

impl Cache {
    /// Of a folder whose files are as they are now. `None` where nothing would tell that they have changed: without
    /// checksums, when a file is missing, or when it was written just now.
    pub(crate) fn of(folder: &Path, head: &Head) -> Option<Self> {
        if head.files.is_empty() {
            return None;
        }
        let state = |name: &String| State::of(&folder.join(name));
        let states = head.files.keys().map(|name| Some((name.as_str(), state(name)?))).collect::<Option<_>>()?;
        let belongs_to = serde_json::to_string(&Owner { format: FORMAT, head, states }).ok()?;
        Some(Self { path: folder.join(CACHE), belongs_to })
    }

    /// The matrices by their names, if the cache is whole and belongs to the files.
    pub(crate) fn read(&self) -> Option<BTreeMap<String, Interactions>> {
        self.matrices_in(&std::fs::read(&self.path).ok()?)
    }

    fn matrices_in(&self, bytes: &[u8]) -> Option<BTreeMap<String, Interactions>> {
        let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
        let described: Description = serde_json::from_str(header.metadata().as_ref()?.get(META_KEY)?).ok()?;
        if described.belongs_to != self.belongs_to {
            return None;
        }
        let file = SafeTensors::deserialize(bytes).ok()?;
        let numbers = |name: String, dtype| {
            let view = file.tensor(&name).ok().filter(|view| view.dtype() == dtype);
            view.map(|view| view.data())
        };
        let mut names: Vec<&str> = file.names().into_iter().filter_map(|name| name.strip_suffix(ENDS)).collect();
        names.sort_unstable();
        let part = |name| Some((name, numbers(ends(name), Dtype::U64)?, numbers(items(name), Dtype::U32)?));
        let parts: Vec<Part<'_>> = names.into_iter().map(part).collect::<Option<_>>()?;
        if crc32c(&described, &parts) != described.crc32c {
            return None;
        }
        let matrix = |(name, ends, items): Part<'_>| {
            let ends = bytemuck::pod_collect_to_vec::<u8, u64>(ends).into_iter();
            let ends = ends.map(usize::try_from).collect::<Result<_, _>>().ok()?;
            let rows = Interactions::checked(described.items, ends, bytemuck::pod_collect_to_vec(items))?;
            Some((name.to_owned(), rows))
        };
        parts.into_iter().map(matrix).collect()
    }

    /// Writes the matrices that were read from the files, all over as many items. A failure is none: the files are there.
    pub(crate) fn write(&self, n_items: usize, matrices: &BTreeMap<&str, &Interactions>) {
        let row_ends: Vec<_> = matrices.values().map(|rows| rows.ends()).collect();
        let parts = matrices
            .iter()
            .zip(&row_ends)
            .map(|((name, rows), ends)| (*name, bytemuck::cast_slice(ends), bytemuck::cast_slice(rows.all_items())));
        let parts: Vec<Part<'_>> = parts.collect();
        let described = Description { belongs_to: self.belongs_to.clone(), items: n_items, crc32c: 0 };
        let described = Description { crc32c: crc32c(&described, &parts), ..described };
        let tensors = parts.iter().flat_map(|&(name, row_ends, row_items)| {
            [(ends(name), Dtype::U64, row_ends), (items(name), Dtype::U32, row_items)]
        });
        let tensors = tensors.map(|(name, dtype, bytes)| {
            let length = 8 * bytes.len() / dtype.bitsize();
            Some((name, TensorView::new(dtype, vec![length], bytes).ok()?))
        });
        let bytes = || {
            let texts = HashMap::from([(META_KEY.to_owned(), serde_json::to_string(&described).ok()?)]);
            safetensors::serialize(tensors.collect::<Option<Vec<_>>>()?, Some(texts)).ok()
        };
        if let Some(bytes) = bytes() {
            let _ = atomic_file::save(&self.path, bytes);
        }
    }
}

impl State {
    fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let modified = metadata.modified().ok()?;
        SystemTime::now().duration_since(modified).ok().filter(|age| *age >= SETTLED)?;
        #[cfg(unix)]
        let noted = {
            use std::os::unix::fs::MetadataExt;
            (metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let noted = (0, 0);
        Some(Self { bytes: metadata.len(), modified: modified.duration_since(SystemTime::UNIX_EPOCH).ok()?, noted })
    }
}

/// What follows a matrix's name in the name of its rows' ends.
const ENDS: &str = ".ends";

fn ends(part: &str) -> String {
    format!("{part}{ENDS}")
}

fn items(part: &str) -> String {
    format!("{part}.items")
}

/// Of everything but the checksum itself. With the lengths, so that nothing moves from one part to the next.
fn crc32c(of: &Description, parts: &[Part<'_>]) -> u32 {
    let add = |crc, bytes: &[u8]| crc32c_append(crc32c_append(crc, &(bytes.len() as u64).to_le_bytes()), bytes);
    let head = crc32c_append(add(0, of.belongs_to.as_bytes()), &(of.items as u64).to_le_bytes());
    parts.iter().fold(head, |crc, (name, ends, items)| [name.as_bytes(), ends, items].into_iter().fold(crc, add))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepared::{self, META, Meta};
    use crate::readers::read_csv_text;
    use crate::{Dataset, ReadOptions, SplitOptions, leave_one_out, split};
    use std::fs::{self, File};
    use std::time::Duration;
    use tempfile::TempDir;

    /// A prepared folder whose files were written an hour ago.
    fn folder(leave_one: bool) -> TempDir {
        let row = |user: u32, k: u32| format!("{user},{},{k}\n", (user * 3 + k * 7) % 130);
        let rows = (0..40).flat_map(|user| (0..8).map(move |k| row(user, k)));
        let text = format!("user,item,timestamp\n{}", rows.collect::<String>());
        let raw = read_csv_text(&text, &ReadOptions { min_rating: None, by_time: true }).unwrap();
        let options = SplitOptions { heldout_users: 8, ..SplitOptions::PUBLISHED };
        let split = if leave_one { leave_one_out(&raw, &options) } else { split(&raw, &options) }.unwrap();
        let folder = TempDir::new().unwrap();
        prepared::write(folder.path(), &split, &Meta::new(&raw, None, &options, &split)).unwrap();
        for entry in fs::read_dir(folder.path()).unwrap() {
            settle(&entry.unwrap().path());
        }
        folder
    }

    fn settle(path: &Path) {
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        File::options().append(true).open(path).unwrap().set_modified(hour_ago).unwrap();
    }

    /// What the cache holds, if it is used.
    fn cached(folder: &TempDir) -> Option<Dataset> {
        Dataset::of_matrices(Cache::of(folder.path(), &Head::read(folder.path()).unwrap())?.read()?)
    }

    fn without_cache(folder: &TempDir) -> Dataset {
        let _ = fs::remove_file(folder.path().join(CACHE));
        Dataset::read(folder.path()).unwrap()
    }

    #[test]
    fn the_second_reading_takes_the_same_data_from_the_cache() {
        for leave_one in [false, true] {
            let folder = folder(leave_one);
            assert_eq!(cached(&folder), None);
            let data = Dataset::read(folder.path()).unwrap();
            assert_eq!(data.test.candidates.is_some(), leave_one);
            assert_eq!(cached(&folder).unwrap(), data);
            assert_eq!(Dataset::read(folder.path()).unwrap(), data);
            assert_eq!(without_cache(&folder), data);
        }
    }

    #[test]
    fn no_bit_of_a_cache_can_be_changed_unnoticed_and_a_damaged_one_is_written_anew() {
        let folder = folder(false);
        let data = Dataset::read(folder.path()).unwrap();
        let path = folder.path().join(CACHE);
        let whole = fs::read(&path).unwrap();
        let cache = Cache::of(folder.path(), &Head::read(folder.path()).unwrap()).unwrap();
        for bit in 0..8 * whole.len() {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            // A blank of the padding may become another blank.
            let found = cache.matrices_in(&changed).map(|found| Dataset::of_matrices(found).unwrap());
            assert!(found.is_none_or(|found| found == data), "bit {bit}");
        }
        for damaged in [&whole[..whole.len() - 4], &whole[..20], b"", b"not a cache at all"] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(cached(&folder), None);
            assert_eq!(Dataset::read(folder.path()).unwrap(), data);
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn a_file_that_was_changed_is_noticed_beside_a_cache_too() {
        for name in ["train.csv", "test_te.csv", "unique_sid.txt", "unique_uid.txt"] {
            let folder = folder(false);
            Dataset::read(folder.path()).unwrap();
            let path = folder.path().join(name);
            let changed_at = path.metadata().unwrap().modified().unwrap();
            let mut text = fs::read(&path).unwrap();
            let last_digit = text.iter().rposition(u8::is_ascii_digit).unwrap();
            text[last_digit] ^= 1;
            fs::write(&path, text).unwrap();
            // Whoever sets the time back does not hide it.
            File::options().append(true).open(&path).unwrap().set_modified(changed_at).unwrap();
            if cfg!(unix) {
                let message = Dataset::read(folder.path()).unwrap_err().to_string();
                assert!(message.contains(name) && message.contains("it was changed"), "{message}");
            }
        }
        let folder = folder(false);
        Dataset::read(folder.path()).unwrap();
        fs::write(folder.path().join("test_candidates.csv"), "uid,sid\n").unwrap();
        let message = Dataset::read(folder.path()).unwrap_err().to_string();
        assert!(message.contains("meta.json does not list it"), "{message}");
        fs::remove_file(folder.path().join("test_candidates.csv")).unwrap();
        fs::remove_file(folder.path().join("train.csv")).unwrap();
        assert!(Dataset::read(folder.path()).is_err());
    }

    #[test]
    fn files_that_were_copied_are_checked_and_cached_again() {
        let folder = folder(false);
        let data = Dataset::read(folder.path()).unwrap();
        settle(&folder.path().join("train.csv"));
        assert_eq!(cached(&folder), None);
        assert_eq!(Dataset::read(folder.path()).unwrap(), data);
        assert_eq!(cached(&folder).unwrap(), data);
    }

    #[test]
    fn a_cache_of_other_data_is_not_used() {
        let (folder, other) = (folder(false), folder(true));
        let data = Dataset::read(folder.path()).unwrap();
        Dataset::read(other.path()).unwrap();
        fs::copy(other.path().join(CACHE), folder.path().join(CACHE)).unwrap();
        assert_eq!(cached(&folder), None);
        assert_eq!(Dataset::read(folder.path()).unwrap(), data);
    }

    #[test]
    fn files_of_this_moment_and_files_without_checksums_have_no_cache() {
        let folder = folder(false);
        fs::write(folder.path().join("train.csv"), fs::read(folder.path().join("train.csv")).unwrap()).unwrap();
        let data = Dataset::read(folder.path()).unwrap();
        assert!(!folder.path().join(CACHE).exists());
        settle(&folder.path().join("train.csv"));
        fs::remove_file(folder.path().join(META)).unwrap();
        assert_eq!(Dataset::read(folder.path()).unwrap(), data);
        assert!(!folder.path().join(CACHE).exists());
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_no_error() {
        let folder = folder(false);
        let place = folder.path().join(CACHE);
        fs::create_dir(&place).unwrap();
        fs::write(place.join("in the way"), "").unwrap();
        let data = Dataset::read(folder.path()).unwrap();
        assert!(place.is_dir());
        fs::remove_dir_all(&place).unwrap();
        assert_eq!(without_cache(&folder), data);
    }

    #[test]
    fn a_folder_with_a_cache_is_replaced_as_one_without_is() {
        let folder = folder(false);
        Dataset::read(folder.path()).unwrap();
        fs::write(folder.path().join(format!(".{CACHE}.half-written-Ab1")), "of a killed program").unwrap();
        prepared::check_target(folder.path()).unwrap();
        fs::write(folder.path().join("cache.txt"), "").unwrap();
        assert!(prepared::check_target(folder.path()).is_err());
    }
}
