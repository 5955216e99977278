//! The shape of the taste profile of the Million Song Dataset.

use super::generator::{Activity, Generator};
use super::{Making, Shape, write_file, write_lines};
use crate::sources::MSD;
use crate::{DataError, Result};
use rand::Rng;
use std::collections::BTreeSet;
use std::path::Path;

/// User, song and plays with tabs between them, user after user, the user's songs ascending.
pub(super) static SHAPE: Shape = Shape {
    of: &MSD,
    items: "songs",
    interactions: "triplets",
    // Songs of a user: 10 to 4400, median 27, mean 47.
    activity: Activity { min: 10, max: 4_400, spread: 1.256 },
    popularity: &POPULARITY,
    write,
};
const SONGS: f64 = MSD.size.items as f64;
/// Preferences by rank that, drawn without replacement by users of such tastes, give the songs of each rank about as
/// many users as in the original (beside them); found by iteration.
const POPULARITY: [(f64, f64); 10] = [
    (1.0 / SONGS, 177_300.0),   // 110,479
    (10.0 / SONGS, 66_400.0),   // 51,000
    (100.0 / SONGS, 21_640.0),  // 19,000
    (1_000.0 / SONGS, 5_928.0), // 5,600
    (10_000.0 / SONGS, 920.0),  // 900
    (41_140.0 / SONGS, 204.0),  // 200: so many are left of them
    (0.25, 47.6),               // 48
    (0.5, 12.44),               // 13, the median
    (0.75, 3.43),               // 4
    (1.0, 0.116),               // 1
];
/// Plays are the whole part of a Pareto variable with this exponent: three in five are one.
const PLAYS: f64 = 1.4;
const MOST_PLAYS: f64 = 9_667.0;

fn write(making: &Making, path: &Path, progress: &dyn Fn(f64)) -> Result<()> {
    let users = making.size.users;
    let songs = song_names(making.size.items, &mut making.stream());
    let lines = |user| lines(&making.generator, user, &songs);
    write_file(path, |file| write_lines(file, 0..users, lines, |done| progress(done as f64 / users as f64)))
        .map_err(DataError::io("write", path))
}

/// Names such as SOAKIMP12A8C130995, ascending.
fn song_names(number: usize, rng: &mut impl Rng) -> Vec<[u8; 18]> {
    let mut names = BTreeSet::new();
    while names.len() < number {
        let mut name = *b"SO.....12.........";
        name[2..7].fill_with(|| rng.random_range(b'A'..=b'Z'));
        name[9..].fill_with(|| b"0123456789ABCDEF"[rng.random_range(0..16)]);
        names.insert(name);
    }
    names.into_iter().collect()
}

/// All triplets of a user.
fn lines(generator: &Generator, user: usize, songs: &[[u8; 18]]) -> Vec<u8> {
    let (items, mut rng) = generator.choices(user);
    let mut name = [0; 40];
    name.fill_with(|| b"0123456789abcdef"[rng.random_range(0..16)]);
    let mut plays_text = itoa::Buffer::new();
    let mut lines = Vec::with_capacity(items.len() * 64);
    for item in items {
        let plays = libm::pow(1.0 - rng.random::<f64>(), -1.0 / PLAYS).min(MOST_PLAYS) as u32;
        lines.extend_from_slice(&name);
        lines.push(b'\t');
        lines.extend_from_slice(&songs[item as usize]);
        lines.push(b'\t');
        lines.extend_from_slice(plays_text.format(plays).as_bytes());
        lines.push(b'\n');
    }
    lines
}
