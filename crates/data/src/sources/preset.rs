//! The public data sets that `ract prepare` knows: one entry each, and the list of them.

use super::fetch::PublicFile;
use crate::Checksum;
use crate::prepared::{TEST, VALIDATION, VOCABULARY};
use crate::readers::{CHECKINS, CSV, DAT, Input, LASTFM, NETFLIX_PRIZE, Reader, TRIPLETS, TSV, first_lines};
use crate::{DataError, ReadOptions, Result, Size, SplitOptions};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The folder of raw data and prepared data.
const FOLDER: &str = "data";

/// A public data set, and how it is prepared unless the command line says otherwise.
#[derive(Clone)]
pub struct Preset {
    /// As in `ract prepare NAME`.
    pub name: &'static str,
    /// What the publisher calls it.
    pub title: &'static str,
    /// What is in it.
    pub description: &'static str,
    /// How much is in it.
    pub size: Size,
    /// What one may do with it, in short; the publisher's own words count.
    pub licence: &'static str,
    /// Where it comes from.
    pub source: Source,
    /// How it is written.
    pub reader: &'static Reader,
    /// The names of its files, in the archive or the folder.
    pub files: &'static [&'static str],
    /// Ratings at or below are left out.
    pub min_rating: Option<f64>,
    /// Filters and split.
    pub split: SplitOptions,
    /// Files of the split that others publish results on, by their names in a prepared folder, each with its SHA-256; empty
    /// where none are known.
    pub published_split: &'static [(&'static str, &'static str)],
}

/// Where raw data come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A public file, which is downloaded when it is missing.
    Public(PublicFile),
    /// The user puts them there.
    ByHand {
        /// The name of their folder.
        folder: &'static str,
        /// How to get them.
        advice: &'static str,
    },
}

/// All public data sets, small ones first.
pub static PRESETS: &[&Preset] =
    &[&ML_100K, &ML_1M, &GOWALLA, &ML_10M, &LASTFM_360K, &ML_20M, &ML_25M, &ML_32M, &NETFLIX, &MSD];

const GROUPLENS: &str = "research; redistribution and commercial use need GroupLens' permission";

static ML_100K: Preset = Preset {
    name: "ml-100k",
    title: "MovieLens 100K",
    description: "stars for movies, 1997 to 1998",
    size: Size { users: 943, items: 1_682, interactions: 100_000 },
    licence: GROUPLENS,
    source: Source::Public(PublicFile {
        url: Cow::Borrowed("https://files.grouplens.org/datasets/movielens/ml-100k.zip"),
        published: Some(Checksum {
            bytes: 4_924_029,
            sha256: Cow::Borrowed("50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229"),
        }),
    }),
    reader: &TSV,
    files: &["u.data"],
    min_rating: Some(3.5),
    split: SplitOptions { heldout_users: 150, ..SplitOptions::PUBLISHED },
    published_split: &[],
};

static ML_1M: Preset = Preset {
    name: "ml-1m",
    title: "MovieLens 1M",
    description: "stars for movies, 2000 to 2003",
    size: Size { users: 6_040, items: 3_706, interactions: 1_000_209 },
    licence: GROUPLENS,
    source: Source::Public(PublicFile {
        url: Cow::Borrowed("https://files.grouplens.org/datasets/movielens/ml-1m.zip"),
        published: Some(Checksum {
            bytes: 5_917_549,
            sha256: Cow::Borrowed("a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20"),
        }),
    }),
    reader: &DAT,
    files: &["ratings.dat"],
    min_rating: Some(2.5),
    split: SplitOptions { heldout_users: 600, ..SplitOptions::PUBLISHED },
    published_split: &[],
};

pub(crate) static ML_20M: Preset = Preset {
    name: "ml-20m",
    title: "MovieLens 20M",
    description: "half stars for movies, 1995 to 2015",
    size: Size { users: 138_493, items: 26_744, interactions: 20_000_263 },
    licence: GROUPLENS,
    source: Source::Public(PublicFile {
        url: Cow::Borrowed("https://files.grouplens.org/datasets/movielens/ml-20m.zip"),
        published: Some(Checksum {
            bytes: 198_702_078,
            sha256: Cow::Borrowed("96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3"),
        }),
    }),
    reader: &CSV,
    files: &["ratings.csv"],
    min_rating: Some(3.5),
    split: SplitOptions { heldout_users: 10_000, ..SplitOptions::PUBLISHED },
    // Those of a copy that others keep; line feeds end its lines.
    published_split: &[
        (VOCABULARY, "b9f95107e156c2feaf78439ae302001abf13bdb480aeedcb0e4d8382f2f8b76f"),
        (VALIDATION.targets, "bec3f6dfbe876ec2224e98458ffe2ff74c453ef1894644757c1e3ca747a26adf"),
        (TEST.targets, "df4a9ddc77c79bab4a581adec7ff1487de146d47b42c35c393696842252435c2"),
    ],
};

/// One of MovieLens' later data sets: name, title, description and address; size; reader and files; held-out users.
const fn half_stars(
    [name, title, description, url]: [&'static str; 4],
    size: Size,
    (reader, files): (&'static Reader, &'static [&'static str]),
    heldout_users: usize,
) -> Preset {
    Preset {
        name,
        title,
        description,
        size,
        licence: GROUPLENS,
        source: Source::Public(PublicFile { url: Cow::Borrowed(url), published: None }),
        reader,
        files,
        min_rating: Some(3.5),
        split: SplitOptions { heldout_users, ..SplitOptions::PUBLISHED },
        published_split: &[],
    }
}

static ML_10M: Preset = half_stars(
    [
        "ml-10m",
        "MovieLens 10M",
        "half stars for movies, 1995 to 2009",
        "https://files.grouplens.org/datasets/movielens/ml-10m.zip",
    ],
    Size { users: 69_878, items: 10_677, interactions: 10_000_054 },
    (&DAT, &["ratings.dat"]),
    5_000,
);

static ML_25M: Preset = half_stars(
    [
        "ml-25m",
        "MovieLens 25M",
        "half stars for movies, 1995 to 2019",
        "https://files.grouplens.org/datasets/movielens/ml-25m.zip",
    ],
    Size { users: 162_541, items: 59_047, interactions: 25_000_095 },
    (&CSV, &["ratings.csv"]),
    10_000,
);

static ML_32M: Preset = half_stars(
    [
        "ml-32m",
        "MovieLens 32M",
        "half stars for movies, 1995 to 2023",
        "https://files.grouplens.org/datasets/movielens/ml-32m.zip",
    ],
    Size { users: 200_948, items: 84_432, interactions: 32_000_204 },
    (&CSV, &["ratings.csv"]),
    10_000,
);

pub(crate) static NETFLIX: Preset = Preset {
    name: "netflix",
    title: "Netflix Prize",
    description: "stars for movies, 1999 to 2005",
    size: Size { users: 480_189, items: 17_770, interactions: 100_480_507 },
    licence: "the rules of the Netflix Prize: research; no redistribution, no commercial use",
    source: Source::ByHand {
        folder: "netflix-prize",
        advice: "Netflix no longer distributes them; get them by hand, for example from \
                 https://www.kaggle.com/datasets/netflix-inc/netflix-prize-data, put them there unpacked, or name their \
                 folder with --input",
    },
    reader: &NETFLIX_PRIZE,
    files: &["combined_data_1.txt", "combined_data_2.txt", "combined_data_3.txt", "combined_data_4.txt"],
    min_rating: Some(3.5),
    split: SplitOptions { heldout_users: 40_000, ..SplitOptions::PUBLISHED },
    published_split: &[],
};

pub(crate) static MSD: Preset = Preset {
    name: "msd",
    title: "Million Song Dataset",
    description: "how often users played songs (the taste profile subset)",
    size: Size { users: 1_019_318, items: 384_546, interactions: 48_373_586 },
    licence: "research; no commercial use (The Echo Nest)",
    source: Source::Public(PublicFile {
        url: Cow::Borrowed("https://millionsongdataset.com/sites/default/files/challenge/train_triplets.txt.zip"),
        published: None,
    }),
    reader: &TRIPLETS,
    files: &["train_triplets.txt"],
    min_rating: None,
    split: SplitOptions { min_user_items: 20, min_item_users: 200, heldout_users: 50_000, ..SplitOptions::PUBLISHED },
    published_split: &[],
};

static GOWALLA: Preset = Preset {
    name: "gowalla",
    title: "Gowalla",
    description: "check-ins at places, 2009 to 2010 (SNAP)",
    size: Size { users: 107_092, items: 1_280_969, interactions: 6_442_890 },
    licence: "none stated; SNAP asks to cite Cho, Myers, Leskovec (KDD 2011)",
    source: Source::Public(PublicFile {
        url: Cow::Borrowed("https://snap.stanford.edu/data/loc-gowalla_totalCheckins.txt.gz"),
        published: None,
    }),
    reader: &CHECKINS,
    files: &["loc-gowalla_totalCheckins.txt"],
    min_rating: None,
    split: SplitOptions { min_user_items: 10, min_item_users: 10, heldout_users: 3_000, ..SplitOptions::PUBLISHED },
    published_split: &[],
};

static LASTFM_360K: Preset = Preset {
    name: "lastfm-360k",
    title: "Last.fm 360K",
    description: "how often users played artists, until 2008",
    size: Size { users: 359_347, items: 294_015, interactions: 17_559_530 },
    licence: "non-commercial use, with permission of Last.fm",
    // The publisher's own server, mtg.upf.edu, has it without HTTPS.
    source: Source::Public(PublicFile {
        url: Cow::Borrowed("https://zenodo.org/records/6090214/files/lastfm-dataset-360K.tar.gz"),
        published: None,
    }),
    reader: &LASTFM,
    files: &["usersha1-artmbid-artname-plays.tsv"],
    min_rating: None,
    split: SplitOptions { min_user_items: 20, min_item_users: 50, heldout_users: 30_000, ..SplitOptions::PUBLISHED },
    published_split: &[],
};

impl Preset {
    /// The data set of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().copied().find(|preset| preset.name == name)
    }

    /// Where its raw data are kept.
    pub fn path(&self) -> PathBuf {
        Path::new(FOLDER).join(match &self.source {
            Source::Public(file) => file.name(),
            Source::ByHand { folder, .. } => folder,
        })
    }

    /// Checks that the public file, which is at `path` under any name, holds its files, and that their first rows can be read.
    ///
    /// # Errors
    /// When it is no archive, lacks a file, or has other rows.
    pub fn accepts(&self, path: &Path) -> Result<()> {
        let options = ReadOptions { min_rating: None, by_time: false };
        self.files.iter().try_for_each(|name| {
            let lines = first_lines(path, &self.path(), name)?;
            self.reader.read(Input::stream(name, &lines[..]), &options).map(drop)
        })
    }

    /// Opens its files: `path` is an archive, a folder, or one file in its format.
    ///
    /// # Errors
    /// As for [`Input::open`]; where files are missing that are put there by hand, with how to get them.
    pub fn open(&self, path: &Path) -> Result<Input<'static>> {
        Input::open(path, self.files).map_err(|error| match (error, &self.source) {
            (DataError::MissingFiles { folder, files, .. }, Source::ByHand { advice, .. }) => {
                DataError::MissingFiles { folder, files, advice: (*advice).to_owned() }
            }
            (error, _) => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepared::FILES;

    #[test]
    fn names_are_different_and_are_not_those_of_formats() {
        for (at, preset) in PRESETS.iter().enumerate() {
            assert!(PRESETS[..at].iter().all(|other| other.name != preset.name), "{}", preset.name);
            assert!(Reader::named(preset.name).is_none(), "{}", preset.name);
            assert!(std::ptr::eq(Preset::named(preset.name).unwrap(), *preset));
        }
    }

    #[test]
    fn the_checksums_beside_the_data_are_those_that_a_download_is_held_to() {
        let line = |preset: &&Preset| match &preset.source {
            Source::Public(PublicFile { published: Some(Checksum { sha256, .. }), .. }) => {
                let name = preset.path().file_name().unwrap().to_str().unwrap().to_owned();
                Some(format!("{sha256}  {name}\n"))
            }
            _ => None,
        };
        let lines: String = PRESETS.iter().filter_map(line).collect();
        assert_eq!(include_str!("../../../../data/checksums.txt"), lines);
    }

    #[test]
    fn a_published_split_is_known_by_the_sha_256_of_files_that_a_prepared_folder_has() {
        for (name, sha256) in PRESETS.iter().flat_map(|preset| preset.published_split) {
            assert!(FILES.contains(name), "{name}");
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            assert!(sha256.len() == 64 && sha256.bytes().all(is_digit), "{name}: {sha256}");
        }
    }

    #[test]
    fn the_page_beside_the_data_has_a_row_for_every_data_set() {
        let page = include_str!("../../../../data/README.md");
        for preset in PRESETS {
            let Preset { name, title, licence, .. } = preset;
            let path = preset.path().file_name().unwrap().to_str().unwrap().to_owned();
            let how = match &preset.source {
                Source::Public(PublicFile { url, .. }) => format!("`ract prepare {name}` downloads [it]({url})"),
                Source::ByHand { .. } => "by hand".to_owned(),
            };
            let row = format!("| `{name}` | {title} | `{path}` | {how} | {licence} |");
            assert!(page.contains(&row), "data/README.md needs this row:\n{row}");
        }
    }

    #[test]
    fn a_folder_that_lacks_files_says_how_to_get_them() {
        let empty = tempfile::tempdir().unwrap();
        let message = |preset: &Preset| preset.open(empty.path()).err().unwrap().to_string();
        assert!(message(&NETFLIX).contains(" lacks combined_data_1.txt, combined_data_2.txt, "));
        assert!(message(&NETFLIX).contains("get them by hand"));
        assert!(message(&ML_100K).contains(" lacks u.data: put them there"));
    }
}
