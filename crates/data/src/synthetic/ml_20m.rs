//! The shape of MovieLens 20M.

use super::generator::{Activity, Generator};
use super::{Making, Shape, by_share, write_file, write_lines};
use crate::sources::ML_20M;
use crate::{DataError, Result};
use rand::Rng;
use std::io::Write;
use std::path::Path;

/// `userId,movieId,rating,timestamp`, users and movies ascending.
pub(super) static SHAPE: Shape = Shape {
    of: &ML_20M,
    items: "movies",
    interactions: "ratings",
    // Ratings of a user: 20 to 9254, median 68, mean 144.
    activity: Activity { min: 20, max: 9_254, spread: 1.38 },
    popularity: &POPULARITY,
    write,
};
const MOVIES: f64 = ML_20M.size.items as f64;
const LAST_MOVIE_ID: f64 = 131_262.0;
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
pub(super) const TIMES: std::ops::Range<u32> = 789_652_009..1_427_784_002;

fn write(making: &Making, path: &Path, progress: &dyn Fn(f64)) -> Result<()> {
    let (users, movies) = (making.size.users, making.size.items);
    let ids = making.ids(movies, LAST_MOVIE_ID * making.file.scale.sqrt());
    let lines = |user| lines(&making.generator, user, &ids);
    let fill = |file: &mut dyn Write| {
        file.write_all(b"userId,movieId,rating,timestamp\n")?;
        write_lines(file, 0..users, lines, |done| progress(done as f64 / users as f64))
    };
    write_file(path, fill).map_err(DataError::io("write", path))
}

/// All ratings of a user.
fn lines(generator: &Generator, user: usize, ids: &[u32]) -> Vec<u8> {
    let (items, mut rng) = generator.choices(user);
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
        lines.extend_from_slice(stars(&mut rng, generator.popularity(item)).as_bytes());
        lines.push(b',');
        lines.extend_from_slice(number.format(time).as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// A rating of a movie with that preference.
fn stars(rng: &mut impl Rng, popularity: f64) -> &'static str {
    let at: f64 = rng.random();
    by_share(&STARS, if popularity < RARE { at * RARE_SHARE } else { at })
}
