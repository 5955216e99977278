//! What `ract prepare` says when it is done.

use super::n;
use ract_data::prepared::{Meta, Protocol};
use std::path::Path;

/// `held_out` are the numbers of validation users and of test users that there are, which may be fewer than were asked for.
pub(super) fn text(folder: &Path, meta: &Meta, held_out: [usize; 2]) -> String {
    let (all, counts) = (meta.filtered, &meta.interactions);
    let mut lines = vec![
        format!(
            "{}: of {} rows, {} interactions of {} users and {} items ({:.3}%)",
            folder.display(),
            n(meta.raw_rows as usize),
            n(all.interactions),
            n(all.users),
            n(all.items),
            100.0 * meta.density
        ),
        format!(
            "training    {:>7} users {:>10} interactions, {} items",
            n(meta.training_users),
            n(counts.train),
            n(meta.items)
        ),
    ];
    for (set, users, fold_in, held_out) in [
        ("validation", held_out[0], counts.validation_tr, counts.validation_te),
        ("test", held_out[1], counts.test_tr, counts.test_te),
    ] {
        let (users, fold_in, held_out) = (n(users), n(fold_in), n(held_out));
        lines.push(format!("{set:<11} {users:>7} users {fold_in:>10} fold-in interactions, {held_out} held-out"));
    }
    if meta.protocol != Protocol::StrongGeneralisation {
        lines.push(meta.split_in_words());
    }
    if let Some([least, most]) = meta.ratings {
        lines.push(format!("ratings from {least} to {most}"));
    }
    for file in meta.source_files.iter().filter(|file| file.is_cut) {
        lines.push(format!("the last line of {} does not end: the file may be cut off", file.name));
    }
    if meta.repeated_rows > 0 {
        lines.push(format!("{} repeated rows counted once", n(meta.repeated_rows as usize)));
    }
    if meta.dropped_pairs > 0 {
        lines.push(format!("{} pairs of the test left out: they are in the training too", n(meta.dropped_pairs)));
    }
    if meta.dropped_users > 0 {
        let users = n(meta.dropped_users);
        lines.push(match meta.protocol {
            Protocol::KnownUsers => format!("{users} users left out: they have no training items"),
            _ => format!("{users} held-out users left out: no training user has any of their items"),
        });
    }
    lines.join("\n")
}
