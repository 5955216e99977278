//! Whether what was prepared is the split that others publish results on.

use ract_data::prepared::{Meta, Protocol};
use ract_data::sources::Preset;

/// In words, for the folder that `meta` describes, which was prepared as `preset`; `None` where nobody's split is known.
/// `is_publishers` says whether the ratings are the publisher's own for sure. Those of another file, and those split by other
/// settings, are expected to differ.
pub(super) fn text(meta: &Meta, preset: &Preset, is_publishers: bool) -> Option<String> {
    let title = preset.title;
    let found = |name: &str| meta.files.get(name).map_or("missing", |file| &file.checksum.sha256);
    let (same, others): (Vec<_>, Vec<_>) =
        preset.published_split.iter().partition(|(name, published)| found(name) == *published);
    let names = |files: &[&(&str, &str)]| files.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    if preset.published_split.is_empty() {
        return None;
    }
    Some(if others.is_empty() {
        format!("this is the published split of {title}: the SHA-256 of {} are the same", names(&same))
    } else if !has_settings_of(meta, preset) {
        format!(
            "this is not the published split of {title}, which has other settings: `ract prepare --list` names them"
        )
    } else if !is_publishers && same.is_empty() {
        format!("this is not the published split of {title}, which only the publisher's own file gives")
    } else {
        let same = same.iter().map(|(name, _)| format!("{name} is that of the published split of {title}"));
        let others = others.iter().map(|(name, published)| {
            format!(
                "{name} is not that of the published split of {title}: its SHA-256 is {} instead of {published}; results \
                 cannot be compared with published ones",
                found(name)
            )
        });
        same.chain(others).collect::<Vec<_>>().join("\n")
    })
}

fn has_settings_of(meta: &Meta, preset: &Preset) -> bool {
    meta.protocol == Protocol::StrongGeneralisation
        && meta.min_rating == preset.min_rating
        && meta.options == preset.split
}

#[cfg(test)]
mod tests {
    use super::*;
    use ract_data::readers::{CSV, Input};
    use ract_data::{Checksum, ReadOptions, SplitOptions, prepared, split};

    const FILES: [&str; 3] = ["unique_sid.txt", "validation_te.csv", "test_te.csv"];

    /// MovieLens 20M, as if the published split held out two users twice and had files with these SHA-256.
    fn preset(sums: &[String]) -> Preset {
        let sums = sums.iter().map(|sum| &*sum.clone().leak());
        let split = SplitOptions { heldout_users: 2, ..SplitOptions::PUBLISHED };
        let published_split = FILES.into_iter().zip(sums).collect::<Vec<_>>().leak();
        Preset { split, published_split, ..Preset::named("ml-20m").unwrap().clone() }
    }

    /// 20 users with 6 of 8 items each, prepared with these settings; and the SHA-256 of what lies in the folder.
    fn prepared(heldout_users: usize, min_rating: f64) -> (Meta, Vec<String>) {
        let rows = (0..20).flat_map(|user| (0..6).map(move |i| format!("{user},{},4\n", (user + i) % 8)));
        let text = "userId,movieId,rating\n".to_owned() + &rows.collect::<String>();
        let options = ReadOptions { min_rating: Some(min_rating), by_time: false };
        let raw = CSV.read(Input::stream("ratings.csv", text.as_bytes()), &options).unwrap();
        let options = SplitOptions { heldout_users, ..SplitOptions::PUBLISHED };
        let split = split(&raw, &options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let meta = prepared::write(folder.path(), &split, &Meta::new(&raw, Some(min_rating), &options, &split));
        let sums = FILES.map(|name| Checksum::of_file(&folder.path().join(name)).unwrap().sha256.into_owned());
        (meta.unwrap(), sums.into())
    }

    #[test]
    fn a_split_with_the_published_sums_is_said_to_be_the_published_one() {
        let (meta, sums) = prepared(2, 3.5);
        let said = "this is the published split of MovieLens 20M: the SHA-256 of unique_sid.txt, validation_te.csv, \
                    test_te.csv are the same";
        for is_publishers in [true, false] {
            assert_eq!(text(&meta, &preset(&sums), is_publishers).unwrap(), said);
        }
    }

    #[test]
    fn of_the_publishers_own_file_each_file_that_differs_is_named_with_both_sums() {
        let (meta, mut sums) = prepared(2, 3.5);
        let test = std::mem::replace(&mut sums[2], "0".repeat(64));
        let said = text(&meta, &preset(&sums), true).unwrap();
        let zeros = &sums[2];
        let expected = [
            "unique_sid.txt is that of the published split of MovieLens 20M".to_owned(),
            "validation_te.csv is that of the published split of MovieLens 20M".to_owned(),
            format!(
                "test_te.csv is not that of the published split of MovieLens 20M: its SHA-256 is {test} instead of {zeros}; \
                 results cannot be compared with published ones"
            ),
        ];
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn other_settings_and_other_files_are_said_to_give_another_split_and_no_more() {
        let (_, sums) = prepared(2, 3.5);
        let other_settings = "this is not the published split of MovieLens 20M, which has other settings: \
                              `ract prepare --list` names them";
        for (heldout_users, min_rating) in [(3, 3.5), (2, 3.0)] {
            let mut sums = sums.clone();
            sums[2] = "0".repeat(64); // with this small set a lower threshold changes nothing by itself
            let (meta, _) = prepared(heldout_users, min_rating);
            assert_eq!(text(&meta, &preset(&sums), true).unwrap(), other_settings);
        }
        let (meta, _) = prepared(2, 3.5);
        let of_another_file = vec!["0".repeat(64); 3];
        assert_eq!(
            text(&meta, &preset(&of_another_file), false).unwrap(),
            "this is not the published split of MovieLens 20M, which only the publisher's own file gives"
        );
    }

    #[test]
    fn nothing_is_said_where_no_published_split_is_known() {
        let (meta, _) = prepared(2, 3.5);
        assert_eq!(text(&meta, Preset::named("ml-100k").unwrap(), true), None);
    }
}
