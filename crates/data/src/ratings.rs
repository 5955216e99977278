//! A synthetic file of raw ratings, of the shape of MovieLens 20M.

use crate::random::{Purpose, stream};
use crate::whole::WholeFile;
use crate::world::{Activity, World};
use crate::{DataError, Result};
use rand::Rng;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The counts of MovieLens 20M.
const USERS: f64 = 138_493.0;
const MOVIES: f64 = 26_744.0;
const RATINGS: f64 = 20_000_263.0;
const LAST_MOVIE_ID: f64 = 131_262.0;
/// Ratings of a user: 20 to 9254, median 68, mean 144.
const ACTIVITY: Activity = Activity { min: 20, max: 9_254, spread: 1.38 };
/// Preferences by rank that, drawn without replacement by users of such tastes, give the movies of each rank as many
/// ratings as in MovieLens 20M (beside them); found by iteration.
const POPULARITY: [(f64, f64); 12] = [
    (1.0 / MOVIES, 168_300.0),   // 67,310
    (20.0 / MOVIES, 70_000.0),   // 45,000
    (100.0 / MOVIES, 27_000.0),  // 27,000
    (300.0 / MOVIES, 9_890.0),   // 14,500
    (1_000.0 / MOVIES, 2_187.0), // 5,000
    (3_159.0 / MOVIES, 289.5),   // 1,000
    (8_546.0 / MOVIES, 19.55),   // 100
    (10_524.0 / MOVIES, 8.9),    // 50
    (13_372.0 / MOVIES, 2.75),   // 18
    (17_500.0 / MOVIES, 0.7),    // 5
    (21_000.0 / MOVIES, 0.09),   // 2
    (1.0, 0.09),                 // 1
];
/// Movies with a smaller preference, fewer than 18 ratings, are liked less: their ratings are drawn from this lower
/// share of the distribution. So many of them have no rating above 3.5 at all, as in MovieLens 20M.
const RARE: f64 = 2.75;
const RARE_SHARE: f64 = 0.66;
/// Half stars and their shares.
const STARS: [(&str, f64); 10] = [
    ("0.5", 0.012),
    ("1.0", 0.034),
    ("1.5", 0.014),
    ("2.0", 0.072),
    ("2.5", 0.044),
    ("3.0", 0.214),
    ("3.5", 0.110),
    ("4.0", 0.278),
    ("4.5", 0.077),
    ("5.0", 0.145),
];
/// The first and the last second of MovieLens 20M.
const TIMES: std::ops::Range<u32> = 789_652_009..1_427_784_002;
/// Users whose lines are made at a time.
const CHUNK: usize = 1024;

/// Ratings like those of MovieLens 20M: at scale 1 as many users, movies and ratings, with the same long tails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatingsLikeMl20m {
    /// Scales the users and the ratings; the movies, and the most ratings that a user has, go with its square root.
    pub scale: f64,
    /// Everything follows from it.
    pub seed: u64,
}

/// What a synthetic file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct RatingsSize {
    pub users: usize,
    pub movies: usize,
    pub ratings: usize,
}

impl RatingsLikeMl20m {
    /// Smallest and largest scale.
    pub const SCALES: std::ops::RangeInclusive<f64> = 0.001..=10.0;

    /// What the file will hold.
    ///
    /// # Errors
    /// When the scale is out of bounds.
    pub fn size(&self) -> Result<RatingsSize> {
        if !Self::SCALES.contains(&self.scale) {
            let (low, high) = (Self::SCALES.start(), Self::SCALES.end());
            return Err(DataError::Options(format!("scale {} is not between {low} and {high}", self.scale)));
        }
        let rounded = |number: f64| number.round() as usize;
        Ok(RatingsSize {
            users: rounded(USERS * self.scale),
            movies: rounded(MOVIES * self.scale.sqrt()),
            ratings: rounded(RATINGS * self.scale),
        })
    }

    /// Writes `userId,movieId,rating,timestamp`, users and movies ascending, whole or not at all; `progress` is told how
    /// many users are written.
    ///
    /// # Errors
    /// When the scale is out of bounds or the system refuses.
    pub fn write(&self, path: &Path, progress: impl Fn(usize)) -> Result<RatingsSize> {
        let size = self.size()?;
        let attempt = || {
            let mut whole = WholeFile::create(path)?;
            let mut file = BufWriter::with_capacity(1 << 20, whole.file());
            self.write_to(&mut file, size, progress)?;
            file.flush()?;
            drop(file);
            whole.keep()?;
            Ok(size)
        };
        attempt().map_err(DataError::io("write", path))
    }

    fn write_to(&self, file: &mut impl Write, size: RatingsSize, progress: impl Fn(usize)) -> std::io::Result<()> {
        let RatingsSize { users, movies, ratings } = size;
        let max = (ACTIVITY.max as f64 * self.scale.sqrt()) as usize;
        let world = World::new(users, movies, ratings, Activity { max, ..ACTIVITY }, &POPULARITY, self.seed);
        let ids = self.movie_ids(movies);
        file.write_all(b"userId,movieId,rating,timestamp\n")?;
        for start in (0..users).step_by(CHUNK) {
            let end = users.min(start + CHUNK);
            let lines: Vec<Vec<u8>> = (start..end).into_par_iter().map(|user| lines(&world, user, &ids)).collect();
            lines.iter().try_for_each(|lines| file.write_all(lines))?;
            progress(end);
        }
        Ok(())
    }

    /// Ascending, with gaps.
    fn movie_ids(&self, movies: usize) -> Vec<u32> {
        let last = (LAST_MOVIE_ID * self.scale.sqrt()).round() as usize;
        let mut rng = stream(self.seed, Purpose::SyntheticItems, 1, 0);
        let mut ids: Vec<u32> = index::sample(&mut rng, last, movies).iter().map(|id| id as u32 + 1).collect();
        ids.sort_unstable();
        ids
    }
}

/// All ratings of a user.
fn lines(world: &World, user: usize, ids: &[u32]) -> Vec<u8> {
    let (items, mut rng) = world.choices(user);
    let mut lines = Vec::with_capacity(items.len() * 28);
    let (mut user_text, mut number) = (itoa::Buffer::new(), itoa::Buffer::new());
    let user_text = user_text.format(user + 1).as_bytes();
    let mut time = rng.random_range(TIMES);
    for item in items {
        time = (time + rng.random_range(0..60)).min(TIMES.end - 1);
        lines.extend_from_slice(user_text);
        lines.push(b',');
        lines.extend_from_slice(number.format(ids[item as usize]).as_bytes());
        lines.push(b',');
        lines.extend_from_slice(stars(&mut rng, world.popularity(item)).as_bytes());
        lines.push(b',');
        lines.extend_from_slice(number.format(time).as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// A rating of a movie with that preference.
fn stars(rng: &mut ChaCha8Rng, popularity: f64) -> &'static str {
    let mut at: f64 = rng.random();
    if popularity < RARE {
        at *= RARE_SHARE;
    }
    let found = STARS.iter().find(|(_, share)| {
        at -= share;
        at < 0.0
    });
    found.map_or("4.0", |(stars, _)| stars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn made_by(threads: usize, like: RatingsLikeMl20m) -> Vec<u8> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut text = Vec::new();
        pool.install(|| like.write_to(&mut text, like.size().unwrap(), |_| ()).unwrap());
        text
    }

    #[test]
    fn the_seed_decides_every_byte_and_the_number_of_threads_none() {
        let like = RatingsLikeMl20m { scale: 0.002, seed: 5 };
        let text = made_by(1, like);
        assert!(text == made_by(3, like));
        assert!(text != made_by(1, RatingsLikeMl20m { seed: 6, ..like }));
    }

    #[test]
    fn counts_are_exact_and_ids_and_bounds_as_promised() {
        let like = RatingsLikeMl20m { scale: 0.01, seed: 1 };
        let text = String::from_utf8(made_by(2, like)).unwrap();
        let (mut users, mut movies, mut above) = (BTreeMap::<u32, usize>::new(), BTreeSet::new(), 0);
        let mut last = (0, 0);
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let pair = (fields[0].parse().unwrap(), fields[1].parse::<u32>().unwrap());
            assert!(pair > last);
            last = pair;
            *users.entry(pair.0).or_default() += 1;
            movies.insert(pair.1);
            above += usize::from(fields[2].parse::<f64>().unwrap() > 3.5);
            assert!(TIMES.contains(&fields[3].parse().unwrap()));
        }
        let size = RatingsSize { users: 1385, movies: 2674, ratings: 200_003 };
        assert_eq!(like.size().unwrap(), size);
        assert_eq!((users.len(), movies.len(), users.values().sum()), (size.users, size.movies, size.ratings));
        assert_eq!((users.first_key_value().unwrap().0, users.last_key_value().unwrap().0), (&1, &1385));
        assert!(users.values().all(|n| (20..=925).contains(n)));
        assert!((0.49..0.51).contains(&(above as f64 / size.ratings as f64)));
    }

    #[test]
    fn a_scale_out_of_bounds_is_refused() {
        for scale in [0.0, -1.0, f64::NAN, 11.0] {
            assert!(RatingsLikeMl20m { scale, seed: 0 }.size().is_err());
        }
    }
}
