//! Random draws by coordinates, not from a shared stream.
//!
//! Every draw has coordinates (seed, purpose, when, who). The same coordinates give the same bits, whatever was drawn
//! before, on any thread, before and after a resume.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for. Streams of different purposes never overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights.
    Weights = 1,
    /// Order of the users in an epoch.
    Shuffle = 2,
    /// Which items of a user an actor sees.
    Mask = 3,
    /// The noise of a variational actor.
    Noise = 4,
    /// Synthetic items: popularity and taste.
    SyntheticItems = 5,
    /// Synthetic users: activity, taste and choices.
    SyntheticUsers = 6,
    /// Items that a held-out item is ranked with.
    Negatives = 7,
    /// Users of a resampled test set.
    Bootstrap = 8,
    /// Combinations of keys that are tried.
    Sweep = 9,
    /// Which items of a user are the validation's and the test's.
    Parts = 10,
    /// The invented prices of items.
    Price = 11,
    /// The random directions onto which the users of items are projected.
    Direction = 12,
    /// How well items sell in an invented world.
    Sale = 13,
    /// Lists that are shown in an invented world, and their sales.
    Shown = 14,
}

/// The stream at (`seed`, `purpose`, `when`, `who`): the four numbers are the 256-bit key of a ChaCha8 generator.
pub fn stream(seed: u64, purpose: Purpose, when: u64, who: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, coordinate) in key.chunks_exact_mut(8).zip([seed, purpose as u64, when, who]) {
        bytes.copy_from_slice(&coordinate.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;

    #[test]
    fn a_draw_depends_on_its_coordinates_alone() {
        let first = stream(7, Purpose::Mask, 3, 11).next_u64();
        assert_eq!(first, stream(7, Purpose::Mask, 3, 11).next_u64());
        for other in [
            stream(8, Purpose::Mask, 3, 11),
            stream(7, Purpose::Noise, 3, 11),
            stream(7, Purpose::Mask, 4, 11),
            stream(7, Purpose::Mask, 3, 12),
        ] {
            assert_ne!(first, { other }.next_u64());
        }
    }
}
