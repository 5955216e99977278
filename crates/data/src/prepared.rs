//! The folder of a prepared data set, written as an atomic folder.

use crate::atomic_file::{self, AtomicFolder, Replaceable};
use crate::checksum::{Checksum, SourceFile};
use crate::scheme::Scheme;
use crate::split::{Pairs, Size, Split, SplitOptions, distinct_users};
use crate::{DataError, RawInteractions, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The file of [`Meta`] in a prepared folder.
pub const META: &str = "meta.json";

/// The form of the folders that this program writes. Those of form 1 have no checksums.
pub const FORMAT: u32 = 2;

/// `meta.json`: what the folder was made from and what is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The raw file's name.
    pub source: String,
    /// Ratings at or below were left out.
    pub min_rating: Option<f64>,
    /// Who is held out.
    #[serde(default)]
    pub protocol: Protocol,
    /// How each user's items were parted, where every user trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Filters and split.
    #[serde(flatten)]
    pub options: SplitOptions,
    /// Rows of the raw file.
    pub raw_rows: u64,
    /// The lowest and the highest rating, where ratings count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratings: Option<[f64; 2]>,
    /// Rows left out because their pair had come before.
    pub repeated_rows: u64,
    /// What passed the filters.
    pub filtered: Size,
    /// The share of all pairs of a user and an item that are interactions, after the filters.
    pub density: f64,
    /// Users to train on.
    pub training_users: usize,
    /// Validation users and test users, where every user trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_users: Option<[usize; 2]>,
    /// Items of the training users; where every user trains, all items.
    pub items: usize,
    /// Pairs in each file.
    pub interactions: Counts,
    /// Held-out users left out because no training user has any of their items; where every user trains, because they have
    /// no training items.
    pub dropped_users: usize,
    /// Pairs of a given test left out because they are in the given training too.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped_pairs: usize,
    /// The program's version.
    pub version: String,
    /// The form of the folder.
    #[serde(default = "first_format")]
    pub format: u32,
    /// What was read, if that was files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_files: Vec<SourceFile>,
    /// The other files of the folder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, FileRecord>,
}

/// The form of a folder whose `meta.json` does not name one.
pub(crate) fn first_format() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A file of a prepared folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Number of rows, without the header.
    pub rows: u64,
    /// What it is known by.
    #[serde(flatten)]
    pub checksum: Checksum,
}

/// Who is held out, and which of their items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Users who are not trained on; some of their items are held out, and all others are ranked.
    #[default]
    StrongGeneralisation,
    /// The last item of every user, ranked with a few that the user does not have ([`crate::leave_one_out`]).
    LeaveOneOut,
    /// Some items of users who are trained on; all items that the user does not have are ranked ([`crate::known_users`]).
    KnownUsers,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StrongGeneralisation => "users who do not train are held out (strong generalisation)",
            Self::LeaveOneOut => {
                "every user trains; each held-out item is ranked among a few candidates (NCF's leave-one-out)"
            }
            Self::KnownUsers => "every user trains (weak generalisation)",
        })
    }
}

/// Pairs in each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the files' own names")]
pub struct Counts {
    pub train: usize,
    pub validation_tr: usize,
    pub validation_te: usize,
    pub test_tr: usize,
    pub test_te: usize,
}

impl Meta {
    /// That of the prepared folder `folder`; `None` when there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or says something else.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(META);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(DataError::io("read", &path))?;
        let damaged = |error| DataError::File {
            file: path.display().to_string(),
            problem: format!("{error}: prepare the data anew"),
        };
        serde_json::from_str(&text).map(Some).map_err(damaged)
    }

    /// How the data are split, in words.
    pub fn split_in_words(&self) -> String {
        match &self.scheme {
            Some(scheme) => format!("{}: {scheme}", self.protocol),
            None => self.protocol.to_string(),
        }
    }

    /// Of a split.
    pub fn new(raw: &RawInteractions, min_rating: Option<f64>, options: &SplitOptions, split: &Split) -> Self {
        Self {
            source: raw.file.clone(),
            min_rating,
            protocol: match (&split.scheme, &split.test.candidates) {
                (Some(_), _) => Protocol::KnownUsers,
                (None, Some(_)) => Protocol::LeaveOneOut,
                (None, None) => Protocol::StrongGeneralisation,
            },
            scheme: split.scheme.clone(),
            options: options.clone(),
            raw_rows: raw.rows,
            ratings: raw.ratings,
            repeated_rows: raw.duplicates,
            filtered: split.filtered,
            density: split.filtered.density(),
            training_users: split.training_users(),
            known_users: split
                .scheme
                .as_ref()
                .map(|_| [&split.validation, &split.test].map(|set| distinct_users(&set.fold_in))),
            items: split.item_ids.len(),
            interactions: Counts {
                train: split.train.len(),
                validation_tr: split.validation.fold_in.len(),
                validation_te: split.validation.targets.len(),
                test_tr: split.test.fold_in.len(),
                test_te: split.test.targets.len(),
            },
            dropped_users: split.dropped_users,
            dropped_pairs: split.dropped_pairs,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: FORMAT,
            source_files: raw.source_files.clone(),
            files: BTreeMap::new(), // known once they are written
        }
    }
}

/// The training users' pairs.
pub(crate) const TRAIN: &str = "train.csv";
/// Line s (from 0) is the item that sid s stands for.
pub(crate) const VOCABULARY: &str = "unique_sid.txt";
/// Line u (from 0) is the user that uid u stands for. Folders of others and older ones do not have it.
pub(crate) const USERS: &str = "unique_uid.txt";

/// What [`crate::Dataset::read`] adds, to be faster the next time. It is no file of the data set: nothing is lost without it.
pub(crate) const CACHE: &str = "cache.safetensors";

/// The files of the validation users, or of the test users.
pub(crate) struct HeldOutFiles {
    /// What the files are named by.
    pub(crate) set: &'static str,
    pub(crate) fold_in: &'static str,
    pub(crate) targets: &'static str,
    pub(crate) candidates: &'static str,
}

pub(crate) const VALIDATION: HeldOutFiles = HeldOutFiles {
    set: "validation",
    fold_in: "validation_tr.csv",
    targets: "validation_te.csv",
    candidates: "validation_candidates.csv",
};
pub(crate) const TEST: HeldOutFiles =
    HeldOutFiles { set: "test", fold_in: "test_tr.csv", targets: "test_te.csv", candidates: "test_candidates.csv" };

/// All files of a data set that a prepared folder can hold.
pub(crate) const FILES: [&str; 10] = [
    TRAIN,
    VALIDATION.fold_in,
    VALIDATION.targets,
    TEST.fold_in,
    TEST.targets,
    VOCABULARY,
    USERS,
    META,
    VALIDATION.candidates,
    TEST.candidates,
];

/// Checks, before the work is done, that `folder` can be written: it is not there, empty, or an older data set that this
/// program prepared, and nothing else.
///
/// # Errors
/// When it is a symbolic link, when something else is in it, which is named, or when others made its files.
pub fn check_target(folder: &Path) -> Result<()> {
    let is_marker = |text: &str| serde_json::from_str::<Meta>(text).is_ok();
    let names = [&FILES[..], &[CACHE]].concat();
    let of = Replaceable { names: &names, what: "of a prepared data set", marker: META, is_marker };
    atomic_file::check_target(folder, &of)
}

/// Writes `train.csv`, `validation_tr.csv`, `validation_te.csv`, `test_tr.csv`, `test_te.csv`, perhaps
/// `validation_candidates.csv` and `test_candidates.csv`, `unique_sid.txt`, `unique_uid.txt` and `meta.json` into a folder beside `folder`,
/// which then takes its place. Returns what `meta.json` says: `meta`, with the rows and the checksum of each file.
///
/// # Errors
/// When `folder` holds something else, or the system refuses.
pub fn write(folder: &Path, split: &Split, meta: &Meta) -> Result<Meta> {
    check_target(folder)?;
    split.check(&meta.source)?;
    let new = AtomicFolder::create(folder).map_err(DataError::io("write", folder))?;
    let place = |name: &str| new.temporary_path().join(name);
    let mut files = BTreeMap::new();
    let mut add = |name: &str, rows: usize, fill: &dyn Fn(&mut BufWriter<File>) -> std::io::Result<()>| {
        let write = || {
            write_file(&place(name), fill)?;
            Checksum::of(File::open(place(name))?, None, |_| ())
        };
        // An error names the file by its last path.
        let checksum = write().map_err(DataError::io("write", folder.join(name)))?;
        files.insert(name.to_owned(), FileRecord { rows: rows as u64, checksum });
        Result::Ok(())
    };
    add(TRAIN, split.train.len(), &|file| write_pairs(file, &split.train))?;
    for (files, set) in [(VALIDATION, &split.validation), (TEST, &split.test)] {
        add(files.fold_in, set.fold_in.len(), &|file| write_pairs(file, &set.fold_in))?;
        add(files.targets, set.targets.len(), &|file| write_pairs(file, &set.targets))?;
        if let Some(candidates) = &set.candidates {
            add(files.candidates, candidates.len(), &|file| write_pairs(file, candidates))?;
        }
    }
    for (name, ids) in [(VOCABULARY, &split.item_ids), (USERS, &split.user_ids)] {
        add(name, ids.len(), &|file| ids.iter().try_for_each(|id| writeln!(file, "{id}")))?;
    }
    let meta = Meta { files, ..meta.clone() };
    let write_meta = |file: &mut BufWriter<File>| {
        serde_json::to_writer_pretty(&mut *file, &meta)?;
        file.write_all(b"\n")
    };
    write_file(&place(META), write_meta).map_err(DataError::io("write", folder.join(META)))?;
    new.commit().map_err(DataError::io("write", folder))?;
    Ok(meta)
}

fn write_file(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
    fill(&mut file)?;
    file.into_inner()?.sync_all()
}

fn write_pairs(file: &mut impl Write, pairs: &Pairs) -> std::io::Result<()> {
    file.write_all(b"uid,sid\n")?;
    let (mut uid_text, mut sid_text) = (itoa::Buffer::new(), itoa::Buffer::new());
    for &(uid, sid) in pairs {
        file.write_all(uid_text.format(uid).as_bytes())?;
        file.write_all(b",")?;
        file.write_all(sid_text.format(sid).as_bytes())?;
        file.write_all(b"\n")?;
    }
    Ok(())
}
