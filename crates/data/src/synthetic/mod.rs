//! Synthetic data: raw files of the shape of public data sets, one data set a file, and a data set in memory.
//!
//! To add a raw file, write a file with a [`Shape`] and its line in [`SHAPES`].

mod generator;
mod in_memory;
mod ml_20m;
mod msd;
mod netflix;

use crate::atomic_file::AtomicFile;
use crate::random::{Purpose, stream};
use crate::sources::Preset;
use crate::{DataError, Result, Size};
use generator::{Activity, Generator, Popularity};
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;

pub use in_memory::SyntheticSpec;

/// Users or items whose lines are made at a time.
const CHUNK: usize = 256;

/// The public data sets whose shape a synthetic file can have.
pub static SHAPES: &[&Shape] = &[&ml_20m::SHAPE, &netflix::SHAPE, &msd::SHAPE];

/// Writes the file, or the folder of files; the last argument is told which share of the work is done.
type Writer = fn(&Making, &Path, &dyn Fn(f64)) -> Result<()>;

/// The shape of a public data set: its counts, its long tails, and how its files are written.
pub struct Shape {
    /// The data set: its name, its counts, the names of its files.
    pub of: &'static Preset,
    /// What its items are, as a plural.
    pub items: &'static str,
    /// What its interactions are, as a plural.
    pub interactions: &'static str,
    activity: Activity,
    popularity: &'static Popularity,
    write: Writer,
}

impl Shape {
    /// The shape of the data set of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SHAPES.iter().copied().find(|shape| shape.of.name == name)
    }
}

/// A raw file like that of a public data set: at scale 1 it has as many users, items and interactions, with the same
/// long tails.
#[derive(Clone, Copy)]
pub struct SyntheticFile {
    /// The shape at scale 1.
    pub shape: &'static Shape,
    /// Scales the users and the interactions. The items, and the most items of a user, are scaled by its square root; so
    /// the users of an item are too.
    pub scale: f64,
    /// The same seed makes the same file.
    pub seed: u64,
}

/// What a file is made of.
struct Making {
    file: SyntheticFile,
    size: Size,
    generator: Generator,
}

impl SyntheticFile {
    /// Smallest and largest scale.
    pub const SCALES: std::ops::RangeInclusive<f64> = 0.001..=10.0;

    /// What the file will hold.
    ///
    /// # Errors
    /// When the scale is out of bounds.
    pub fn size(&self) -> Result<Size> {
        if !Self::SCALES.contains(&self.scale) {
            let (low, high) = (Self::SCALES.start(), Self::SCALES.end());
            return Err(DataError::Options(format!("scale {} is not between {low} and {high}", self.scale)));
        }
        let Size { users, items, interactions } = self.shape.of.size;
        let scaled = |number: usize, by: f64| (number as f64 * by).round() as usize;
        Ok(Size {
            users: scaled(users, self.scale),
            items: scaled(items, self.scale.sqrt()),
            interactions: scaled(interactions, self.scale),
        })
    }

    /// Writes the file as an atomic file, or the folder as an atomic folder; `progress` is told which share of the work
    /// is done.
    ///
    /// # Errors
    /// When the scale is out of bounds, when there is a file, or a folder with something else in it, or when the system
    /// refuses.
    pub fn write(&self, path: &Path, progress: impl Fn(f64)) -> Result<Size> {
        if path.is_file() || path.is_symlink() {
            let problem = "it is there already: delete it, or choose another --out".to_owned();
            return Err(DataError::File { file: path.display().to_string(), problem });
        }
        let (size, Shape { activity, popularity, write, .. }) = (self.size()?, self.shape);
        let activity = Activity { max: (activity.max as f64 * self.scale.sqrt()) as usize, ..*activity };
        let generator = Generator::new(size.users, size.items, size.interactions, activity, popularity, self.seed);
        write(&Making { file: *self, size, generator }, path, &progress)?;
        Ok(size)
    }
}

impl Making {
    /// For what is drawn once for all.
    fn stream(&self) -> ChaCha8Rng {
        stream(self.file.seed, Purpose::SyntheticItems, 1, 0)
    }

    /// `number` of the ids up to `last`, ascending.
    fn ids(&self, number: usize, last: f64) -> Vec<u32> {
        let drawn = index::sample(&mut self.stream(), last.round() as usize, number);
        let mut ids: Vec<u32> = drawn.iter().map(|id| id as u32 + 1).collect();
        ids.sort_unstable();
        ids
    }
}

/// What stands where the shares, one after the other, reach `at`, which is between 0 and 1.
fn by_share(shares: &[(&'static str, f64)], mut at: f64) -> &'static str {
    let found = shares.iter().find(|(_, share)| {
        at -= share;
        at < 0.0
    });
    found.or(shares.last()).map_or("", |(name, _)| name)
}

fn write_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut atomic = AtomicFile::create(path)?;
    let mut file = BufWriter::with_capacity(1 << 20, atomic.file());
    fill(&mut file)?;
    file.flush()?;
    drop(file);
    atomic.commit()
}

/// Lets threads make the lines of the users, or items, in `range`, and writes them in order; `progress` is told how many
/// are written.
fn write_lines(
    file: &mut dyn Write,
    range: Range<usize>,
    lines: impl Fn(usize) -> Vec<u8> + Sync,
    progress: impl Fn(usize),
) -> io::Result<()> {
    for start in range.clone().step_by(CHUNK) {
        let end = range.end.min(start + CHUNK);
        let made: Vec<Vec<u8>> = (start..end).into_par_iter().map(&lines).collect();
        made.iter().try_for_each(|lines| file.write_all(lines))?;
        progress(end);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::collections::BTreeMap;
    use std::fs;

    /// All bytes that are written, file after file.
    fn made_by(threads: usize, file: SyntheticFile) -> Vec<u8> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made");
        pool.install(|| file.write(&path, |_| ()).unwrap());
        if path.is_file() {
            return fs::read(path).unwrap();
        }
        file.shape.of.files.iter().flat_map(|name| fs::read(path.join(name)).unwrap()).collect()
    }

    fn text(shape: &'static Shape) -> (Size, String) {
        let file = SyntheticFile { shape, scale: 0.01, seed: 1 };
        (file.size().unwrap(), String::from_utf8(made_by(2, file)).unwrap())
    }

    #[test]
    fn the_seed_decides_every_byte_and_the_number_of_threads_none() {
        for shape in SHAPES {
            let file = SyntheticFile { shape, scale: 0.002, seed: 5 };
            let text = made_by(1, file);
            assert!(text == made_by(3, file));
            assert!(text != made_by(1, SyntheticFile { seed: 6, ..file }));
        }
    }

    #[test]
    fn every_byte_is_that_of_earlier_versions() {
        let hashes = [
            "6f53af425dc12cd669a593a4b4e7b30ea3e68f270638af0e5aeffba323d36620",
            "feefc55b8dd6feb69653dc1e43d78a080014b91528607501994db9cd05fe3481",
            "ab72bf21ce980484b4cae0bf9887150b5229cdf60d44dc0019becfbf20b73d63",
        ];
        for (shape, expected) in SHAPES.iter().zip(hashes) {
            let made = made_by(2, SyntheticFile { shape, scale: 0.002, seed: 5 });
            let hash: String = Sha256::digest(made).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, expected, "{}", shape.of.name);
        }
    }

    #[test]
    fn a_scale_out_of_bounds_is_refused() {
        for shape in SHAPES {
            for scale in [0.0, -1.0, f64::NAN, 11.0] {
                assert!(SyntheticFile { shape, scale, seed: 0 }.size().is_err());
            }
        }
    }

    #[test]
    fn movielens_counts_are_exact_and_ids_and_bounds_as_promised() {
        let (size, text) = text(&ml_20m::SHAPE);
        let (mut users, mut movies, mut above) = (BTreeMap::<u32, usize>::new(), BTreeMap::new(), 0);
        let mut last = (0, 0);
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let pair = (fields[0].parse().unwrap(), fields[1].parse::<u32>().unwrap());
            assert!(pair > last);
            last = pair;
            *users.entry(pair.0).or_default() += 1;
            *movies.entry(pair.1).or_insert(0) += 1;
            above += usize::from(fields[2].parse::<f64>().unwrap() > 3.5);
            assert!(ml_20m::TIMES.contains(&fields[3].parse().unwrap()));
        }
        assert_eq!(size, Size { users: 1385, items: 2674, interactions: 200_003 });
        assert_eq!((users.len(), movies.len(), users.values().sum()), (size.users, size.items, size.interactions));
        assert_eq!((users.first_key_value().unwrap().0, users.last_key_value().unwrap().0), (&1, &1385));
        assert!(users.values().all(|n| (20..=925).contains(n)));
        assert!((0.49..0.51).contains(&(above as f64 / size.interactions as f64)));
    }

    #[test]
    fn netflix_counts_are_exact_and_every_movie_stands_once_above_its_ratings() {
        let (size, text) = text(&netflix::SHAPE);
        let (mut users, mut movies, mut above) = (BTreeMap::<u32, usize>::new(), Vec::<u32>::new(), 0);
        for line in text.lines() {
            if let Some(movie) = line.strip_suffix(':') {
                movies.push(movie.parse().unwrap());
                continue;
            }
            let [user, rating, date] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
            *users.entry(user.parse().unwrap()).or_default() += 1;
            above += usize::from(rating.parse::<u8>().unwrap() > 3);
            assert!(("2000-01-01"..="2005-12-31").contains(&date) && date.len() == 10);
        }
        assert_eq!(movies, (1..=1777).collect::<Vec<_>>());
        assert_eq!(size, Size { users: 4802, items: 1777, interactions: 1_004_805 });
        assert_eq!((users.len(), users.values().sum()), (size.users, size.interactions));
        assert!((0.55..0.58).contains(&(above as f64 / size.interactions as f64)));
    }

    #[test]
    fn msd_counts_are_exact_and_names_have_the_real_ones_shape() {
        let (size, text) = text(&msd::SHAPE);
        let (mut users, mut songs) = (BTreeMap::<&str, usize>::new(), BTreeMap::new());
        let (mut last, mut once) = (("", ""), 0);
        for line in text.lines() {
            let [user, song, plays] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            assert!(user != last.0 || song > last.1);
            last = (user, song);
            assert!(user.len() == 40 && user.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
            assert!(song.len() == 18 && song.starts_with("SO"));
            *users.entry(user).or_default() += 1;
            *songs.entry(song).or_insert(0) += 1;
            once += usize::from(plays.parse::<u32>().unwrap() == 1);
        }
        assert_eq!(size, Size { users: 10_193, items: 38_455, interactions: 483_736 });
        assert_eq!((users.len(), songs.len(), users.values().sum()), (size.users, size.items, size.interactions));
        assert!(users.values().all(|n| (10..=440).contains(n)));
        assert!((0.5..0.7).contains(&(once as f64 / size.interactions as f64)));
    }
}
