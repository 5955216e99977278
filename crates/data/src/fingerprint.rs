//! The fingerprint of a data set in memory: two data sets have the same one only when they are equal.

use crate::checksum::digits;
use crate::{Dataset, Interactions};
use sha2::{Digest, Sha256};

/// SHA-256 of all users' items in all parts of `data`, in hexadecimal digits.
pub fn fingerprint(data: &Dataset) -> String {
    let mut hash = Sha256::new();
    let Dataset { train, validation, test } = data;
    for part in [train, &validation.fold_in, &validation.held_out, &test.fold_in, &test.held_out] {
        add(&mut hash, part);
    }
    for candidates in [validation, test].into_iter().filter_map(|part| part.candidates.as_ref()) {
        add(&mut hash, candidates);
    }
    digits(hash)
}

fn add(hash: &mut Sha256, part: &Interactions) {
    let number = |n: usize| (n as u64).to_le_bytes();
    hash.update(number(part.n_items()));
    hash.update(number(part.n_users()));
    for user in 0..part.n_users() {
        let items = part.items(user);
        hash.update(number(items.len()));
        items.iter().for_each(|item| hash.update(item.to_le_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HeldOut;

    fn data(train: Vec<Vec<u32>>, targets: Vec<Vec<u32>>) -> Dataset {
        let rows = |rows: Vec<Vec<u32>>| Interactions::from_rows(5, rows);
        let held_out = |targets| HeldOut { fold_in: rows(vec![vec![1]]), held_out: rows(targets), candidates: None };
        Dataset { train: rows(train), validation: held_out(vec![vec![2]]), test: held_out(targets) }
    }

    #[test]
    fn whatever_differs_is_told_apart() {
        let of = |train: &[&[u32]], target: u32| {
            fingerprint(&data(train.iter().map(|row| row.to_vec()).collect(), vec![vec![target]]))
        };
        let one = of(&[&[0, 1], &[2]], 3);
        assert_eq!(one, of(&[&[0, 1], &[2]], 3));
        for other in [of(&[&[0], &[1, 2]], 3), of(&[&[0, 1], &[2]], 4), of(&[&[0, 1], &[2], &[]], 3)] {
            assert_ne!(one, other);
        }
        assert_eq!(one.len(), 64);
        let among = |candidates| {
            let mut data = data(vec![vec![0, 1], vec![2]], vec![vec![3]]);
            data.test.candidates = Some(Interactions::from_rows(5, [candidates]));
            fingerprint(&data)
        };
        assert!(among(vec![3, 4]) != one && among(vec![3, 4]) != among(vec![2, 3]));
    }
}
