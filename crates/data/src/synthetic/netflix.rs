//! The shape of the Netflix Prize.

use super::generator::Activity;
use super::{CHUNK, Making, Shape, by_share, write_file, write_lines};
use crate::atomic_file::{AtomicFolder, Replaceable, check_target};
use crate::random::{Purpose, stream};
use crate::sources::NETFLIX;
use crate::{DataError, Interactions, Result};
use rand::Rng;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use std::io::{self, Write};
use std::path::Path;

/// A folder of four files, movie after movie, the users of each in no order.
pub(super) static SHAPE: Shape = Shape {
    of: &NETFLIX,
    items: "movies",
    interactions: "ratings",
    // Ratings of a user: 1 to 17,653, median 96, mean 209.
    activity: Activity { min: 1, max: 17_653, spread: 1.33 },
    popularity: &POPULARITY,
    write,
};
const MOVIES: f64 = NETFLIX.size.items as f64;
const LAST_USER_ID: f64 = 2_649_429.0;
/// Preferences by rank that, drawn without replacement by users of such tastes, give the movies of each rank about as
/// many ratings as in the original (beside them); found by iteration.
const POPULARITY: [(f64, f64); 12] = [
    (1.0 / MOVIES, 1_352_000.0),  // 232,944
    (10.0 / MOVIES, 708_100.0),   // 177,600
    (100.0 / MOVIES, 274_700.0),  // 112,000
    (500.0 / MOVIES, 69_080.0),   // 51,000
    (1_000.0 / MOVIES, 29_680.0), // 29,500
    (0.1, 10_380.0),              // 14,200
    (0.25, 1_141.0),              // 2,667
    (0.5, 158.0),                 // 561, the median
    (0.75, 40.0),                 // 192
    (0.95, 12.1),                 // 75
    (0.99, 5.6),                  // 35
    (1.0, 0.5),                   // 3
];
/// The file that says that the ratings were made here; only such a folder is replaced.
const MARKER: &str = "SYNTHETIC.txt";
/// How its text begins.
const MARKED: &str = "These ratings were made by `ract synth`";
/// Stars and their shares.
const STARS: [(&str, f64); 5] = [("1", 0.046), ("2", 0.101), ("3", 0.287), ("4", 0.336), ("5", 0.230)];

/// All pairs are in memory, twice for a moment: 8 bytes each.
fn write(making: &Making, folder: &Path, progress: &dyn Fn(f64)) -> Result<()> {
    let names = [NETFLIX.files, &[MARKER][..]].concat();
    let what = "of synthetic Netflix data";
    let is_marker = |text: &str| text.starts_with(MARKED);
    check_target(folder, &Replaceable { names: &names, what, marker: MARKER, is_marker })?;
    let movies = making.size.items;
    let viewers = viewers(making, |share| progress(0.5 * share));
    let ids = making.ids(making.size.users, LAST_USER_ID * making.file.scale);
    let write_all = || -> io::Result<()> {
        let new = AtomicFolder::create(folder)?;
        for (part, name) in NETFLIX.files.iter().enumerate() {
            let of_part = |part| part * movies / NETFLIX.files.len();
            let lines = |movie| lines(making.file.seed, movie, viewers.items(movie), &ids);
            let progress = |done| progress(0.5 + 0.5 * done as f64 / movies as f64);
            let range = of_part(part)..of_part(part + 1);
            write_file(&new.temporary_path().join(name), |file| write_lines(file, range, lines, progress))?;
        }
        write_file(&new.temporary_path().join(MARKER), |file| writeln!(file, "{MARKED}, seed {}", making.file.seed))?;
        new.commit()
    };
    write_all().map_err(DataError::io("write", folder))
}

/// The users of each movie.
fn viewers(making: &Making, progress: impl Fn(f64)) -> Interactions {
    let users = making.size.users;
    let chosen = (0..users).step_by(CHUNK).flat_map(|start| {
        progress(start as f64 / users as f64);
        let chunk = (start..users.min(start + CHUNK)).into_par_iter();
        chunk.map(|user| making.generator.choices(user).0).collect::<Vec<_>>()
    });
    Interactions::from_rows(making.size.items, chosen).transposed()
}

/// A movie and all its ratings.
fn lines(seed: u64, movie: usize, viewers: &[u32], ids: &[u32]) -> Vec<u8> {
    let mut rng = stream(seed, Purpose::SyntheticItems, 2, movie as u64);
    let mut viewers = viewers.to_vec();
    viewers.shuffle(&mut rng);
    let mut lines = Vec::with_capacity(10 + viewers.len() * 21);
    let mut user_text = itoa::Buffer::new();
    // Writing to a Vec does not fail.
    let _ = writeln!(lines, "{}:", movie + 1);
    for user in viewers {
        lines.extend_from_slice(user_text.format(ids[user as usize]).as_bytes());
        let stars = by_share(&STARS, rng.random());
        let [year, month, day] = [2000..2006, 1..13, 1..29].map(|range| rng.random_range::<u16, _>(range));
        let _ = writeln!(lines, ",{stars},{year}-{month:02}-{day:02}");
    }
    lines
}
