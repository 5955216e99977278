//! Synthetic raw files of the shape of public data sets: one data set a file.

mod ml_20m;
mod msd;
mod netflix;

use crate::atomic_file::AtomicFile;
use crate::random::{Purpose, stream};
use crate::world::{Activity, Popularity, World};
use crate::{DataError, Result};
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;

pub use netflix::FILES as NETFLIX_FILES;

/// Users or items whose lines are made at a time.
const CHUNK: usize = 256;

/// A public data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Original {
    /// MovieLens 20M: `userId,movieId,rating,timestamp`, users and movies ascending.
    Ml20m,
    /// The Netflix Prize: a folder of [`NETFLIX_FILES`], movie after movie, its users in no order.
    Netflix,
    /// The taste profile of the Million Song Dataset: user, song and plays with tabs between them, user after user, the
    /// user's songs ascending.
    Msd,
}

/// A raw file like that of a public data set: at scale 1 as many users, items and interactions, with the same long
/// tails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LookAlike {
    /// What it looks like.
    pub of: Original,
    /// Scales the users and the interactions; the items, the most items that a user has, and so the users of an item
    /// too, go with its square root.
    pub scale: f64,
    /// Everything follows from it.
    pub seed: u64,
}

/// What a synthetic file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct LookAlikeSize {
    pub users: usize,
    pub items: usize,
    pub interactions: usize,
}

/// The counts of a public data set, and its long tails.
struct Shape {
    users: f64,
    items: f64,
    interactions: f64,
    activity: Activity,
    popularity: &'static Popularity,
}

/// What a file is made of.
struct Making {
    like: LookAlike,
    size: LookAlikeSize,
    world: World,
}

impl LookAlike {
    /// Smallest and largest scale.
    pub const SCALES: std::ops::RangeInclusive<f64> = 0.001..=10.0;

    /// What the file will hold.
    ///
    /// # Errors
    /// When the scale is out of bounds.
    pub fn size(&self) -> Result<LookAlikeSize> {
        if !Self::SCALES.contains(&self.scale) {
            let (low, high) = (Self::SCALES.start(), Self::SCALES.end());
            return Err(DataError::Options(format!("scale {} is not between {low} and {high}", self.scale)));
        }
        let Shape { users, items, interactions, .. } = self.shape();
        let rounded = |number: f64| number.round() as usize;
        Ok(LookAlikeSize {
            users: rounded(users * self.scale),
            items: rounded(items * self.scale.sqrt()),
            interactions: rounded(interactions * self.scale),
        })
    }

    /// Writes the file, or the folder, whole or not at all; `progress` is told which share of the work is done.
    ///
    /// # Errors
    /// When the scale is out of bounds, when there is a folder with something else in it, or the system refuses.
    pub fn write(&self, path: &Path, progress: impl Fn(f64)) -> Result<LookAlikeSize> {
        let (size, Shape { activity, popularity, .. }) = (self.size()?, self.shape());
        let activity = Activity { max: (activity.max as f64 * self.scale.sqrt()) as usize, ..activity };
        if self.of == Original::Netflix {
            netflix::check_target(path)?;
        }
        let LookAlikeSize { users, items, interactions } = size;
        let world = World::new(users, items, interactions, activity, popularity, self.seed);
        let making = Making { like: *self, size, world };
        let written = match self.of {
            Original::Ml20m => write_file(path, |file| ml_20m::write(&making, file, progress)),
            Original::Netflix => netflix::write(&making, path, progress),
            Original::Msd => write_file(path, |file| msd::write(&making, file, progress)),
        };
        written.map_err(DataError::io("write", path))?;
        Ok(size)
    }

    fn shape(&self) -> Shape {
        match self.of {
            Original::Ml20m => ml_20m::SHAPE,
            Original::Netflix => netflix::SHAPE,
            Original::Msd => msd::SHAPE,
        }
    }
}

impl Making {
    /// For what is drawn once for all.
    fn stream(&self) -> ChaCha8Rng {
        stream(self.like.seed, Purpose::SyntheticItems, 1, 0)
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
    use std::collections::BTreeMap;
    use std::fs;

    const ALL: [Original; 3] = [Original::Ml20m, Original::Netflix, Original::Msd];

    /// All bytes that are written, file after file.
    fn made_by(threads: usize, like: LookAlike) -> Vec<u8> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made");
        pool.install(|| like.write(&path, |_| ()).unwrap());
        if path.is_file() {
            return fs::read(path).unwrap();
        }
        NETFLIX_FILES.iter().flat_map(|file| fs::read(path.join(file)).unwrap()).collect()
    }

    fn text(of: Original) -> (LookAlikeSize, String) {
        let like = LookAlike { of, scale: 0.01, seed: 1 };
        (like.size().unwrap(), String::from_utf8(made_by(2, like)).unwrap())
    }

    #[test]
    fn the_seed_decides_every_byte_and_the_number_of_threads_none() {
        for of in ALL {
            let like = LookAlike { of, scale: 0.002, seed: 5 };
            let text = made_by(1, like);
            assert!(text == made_by(3, like));
            assert!(text != made_by(1, LookAlike { seed: 6, ..like }));
        }
    }

    #[test]
    fn a_scale_out_of_bounds_is_refused() {
        for of in ALL {
            for scale in [0.0, -1.0, f64::NAN, 11.0] {
                assert!(LookAlike { of, scale, seed: 0 }.size().is_err());
            }
        }
    }

    #[test]
    fn movielens_counts_are_exact_and_ids_and_bounds_as_promised() {
        let (size, text) = text(Original::Ml20m);
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
        assert_eq!(size, LookAlikeSize { users: 1385, items: 2674, interactions: 200_003 });
        assert_eq!((users.len(), movies.len(), users.values().sum()), (size.users, size.items, size.interactions));
        assert_eq!((users.first_key_value().unwrap().0, users.last_key_value().unwrap().0), (&1, &1385));
        assert!(users.values().all(|n| (20..=925).contains(n)));
        assert!((0.49..0.51).contains(&(above as f64 / size.interactions as f64)));
    }

    #[test]
    fn netflix_counts_are_exact_and_every_movie_stands_once_above_its_ratings() {
        let (size, text) = text(Original::Netflix);
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
        assert_eq!(size, LookAlikeSize { users: 4802, items: 1777, interactions: 1_004_805 });
        assert_eq!((users.len(), users.values().sum()), (size.users, size.interactions));
        assert!((0.55..0.58).contains(&(above as f64 / size.interactions as f64)));
    }

    #[test]
    fn msd_counts_are_exact_and_names_have_the_real_ones_shape() {
        let (size, text) = text(Original::Msd);
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
        assert_eq!(size, LookAlikeSize { users: 10_193, items: 38_455, interactions: 483_736 });
        assert_eq!((users.len(), songs.len(), users.values().sum()), (size.users, size.items, size.interactions));
        assert!(users.values().all(|n| (10..=440).contains(n)));
        assert!((0.5..0.7).contains(&(once as f64 / size.interactions as f64)));
    }
}
