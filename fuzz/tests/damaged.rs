//! Every target of `TARGETS` on its samples, and on a few thousand files that are damaged samples. `make fuzz` goes on from there.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ract_fuzz::{TARGETS, Target};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::path::{Path, PathBuf};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Damaged files of each target.
const DAMAGED: usize = 2000;
/// Damaged run folders: a report of each is written, with its figures.
const DAMAGED_FOLDERS: usize = 200;
/// Neither buffers nor the figures of a report need more, whatever a file declares.
const MOST_ALLOCATED: usize = 64 << 20;
/// A packed file may have a thousand times its size.
const ALLOCATED_PER_BYTE: usize = 1 << 14;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files in a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The words of `dictionary.txt`, a file in libFuzzer's form.
fn dictionary() -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(here().join("dictionary.txt")).unwrap();
    let words = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    words.map(unescaped).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'\\', [b'x', digits @ ..]) => {
                let (digits, after) = digits.split_at(2);
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap());
                after
            }
            (b'\\', [escaped, after @ ..]) => {
                bytes.push(*escaped);
                after
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    bytes
}

/// Damages a sample in one to four ways.
fn damaged(sample: &[u8], others: &[Vec<u8>], words: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..rng.random_range(1..=4) {
        let start = rng.random_range(0..=bytes.len());
        let end = rng.random_range(start..=bytes.len().min(start + 40));
        match rng.random_range(0..8) {
            0 => bytes.truncate(start),
            1 => drop(bytes.drain(start..end)),
            2 => bytes[start..end].iter_mut().for_each(|byte| *byte ^= 1 << rng.random_range(0..8)),
            3 => drop(bytes.splice(start..start, bytes[start..end].to_vec())),
            4 => {
                let other = others.choose(rng).unwrap();
                let from = rng.random_range(0..=other.len());
                drop(bytes.splice(start.., other[from..].iter().copied()));
            }
            // Words do most harm, above all in the place of a number.
            5 => drop(bytes.splice(start..end.min(start + 4), words.choose(rng).unwrap().iter().copied())),
            6 => drop(bytes.splice(start..start, words.choose(rng).unwrap().iter().copied())),
            _ => {
                let digit = |at: &usize| bytes[*at].is_ascii_digit();
                let from = (start..bytes.len()).find(digit).unwrap_or(start);
                let to = (from..bytes.len()).find(|at| !digit(at)).unwrap_or(bytes.len());
                drop(bytes.splice(from..to, words.choose(rng).unwrap().iter().copied()));
            }
        }
    }
    bytes
}

/// Gives the bytes to a target. After a broken promise they are in a file, which the error names.
fn run(target: &Target, bytes: &[u8]) -> Result<(), String> {
    let region = Region::new(ALLOCATOR);
    let outcome = std::panic::catch_unwind(|| (target.read)(bytes));
    let allocated = region.change().bytes_allocated;
    let problem = match outcome {
        Ok(()) if allocated <= MOST_ALLOCATED + ALLOCATED_PER_BYTE * bytes.len() => return Ok(()),
        Ok(()) => format!("{allocated} bytes were allocated for a file of {}", bytes.len()),
        Err(_) => "the panic above".to_owned(),
    };
    let folder = here().join("artifacts");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("damaged-{}", target.name));
    std::fs::write(&file, bytes).unwrap();
    Err(format!("{}: {problem}: {}", target.name, file.display()))
}

/// Gives all samples to a target, and then damaged ones. Says how many.
fn run_all(target: &Target, words: &[Vec<u8>]) -> Result<String, String> {
    let files = entries(&here().join("corpus").join(target.name));
    let samples: Vec<_> = files.iter().map(|path| std::fs::read(path).unwrap()).collect();
    samples.iter().try_for_each(|sample| run(target, sample))?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let number = if target.name == "run_folder" { DAMAGED_FOLDERS } else { DAMAGED };
    for _ in 0..number {
        let sample = samples.choose(&mut rng).unwrap();
        run(target, &damaged(sample, &samples, words, &mut rng))?;
    }
    Ok(format!("{}: {} samples, {number} damaged files", target.name, samples.len()))
}

#[test]
fn a_damaged_file_is_refused_by_its_name_or_read_for_what_it_is() {
    let words = dictionary();
    let outcomes: Vec<_> = TARGETS.iter().map(|target| run_all(target, &words)).collect();
    outcomes.iter().flatten().for_each(|said| println!("{said}"));
    let broken: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
