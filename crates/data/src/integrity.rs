//! Whether a prepared folder is what it was when it was made.

use crate::prepared::{FILES, FORMAT, FileRecord, META, Protocol, TEST, TRAIN, VALIDATION, VOCABULARY, first_format};
use crate::{Checksum, DataError, Interactions, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What must be known of `meta.json` to read the folder. A folder that others made may lack all of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    #[serde(default = "first_format")]
    format: u32,
    /// Who is held out.
    #[serde(default)]
    pub(crate) protocol: Protocol,
    #[serde(default)]
    pub(crate) files: BTreeMap<String, FileRecord>,
}

impl Head {
    /// Of the prepared folder `folder`. Without a `meta.json` it is a folder that others made, whose files say who is
    /// held out.
    ///
    /// # Errors
    /// When the folder holds no data set, or `meta.json` is damaged or of a newer program.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let refuse = |problem: String| Err(DataError::File { file: folder.display().to_string(), problem });
        if !folder.exists() {
            let here = std::env::current_dir().unwrap_or_default();
            return refuse(format!("no such folder, seen from {}: make it with `ract prepare`", here.display()));
        }
        let path = folder.join(META);
        if !path.exists() {
            if folder.join(TRAIN).exists() && folder.join(VOCABULARY).exists() {
                let has_candidates = [VALIDATION, TEST].iter().any(|files| folder.join(files.candidates).exists());
                let protocol = if has_candidates { Protocol::LeaveOneOut } else { Protocol::StrongGeneralisation };
                return Ok(Self { format: 1, protocol, files: BTreeMap::new() });
            }
            return refuse("not a prepared data set (it has no meta.json): make it with `ract prepare`".to_owned());
        }
        let text = std::fs::read_to_string(&path).map_err(DataError::io("read", &path))?;
        let damaged = |problem: String| DataError::File {
            file: path.display().to_string(),
            problem: format!("{problem}: prepare the data anew"),
        };
        let head: Self = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if head.format > FORMAT {
            let problem = format!("format {} is newer than this program, which knows {FORMAT}", head.format);
            return Err(damaged(problem));
        }
        if head.format >= 2 && head.files.is_empty() {
            return Err(damaged("its list of files is missing".to_owned()));
        }
        // A path such as ../x or /dev/zero leads out of the folder.
        if let Some(name) = head.files.keys().find(|name| !FILES.contains(&name.as_str())) {
            return Err(damaged(format!("'{}' is no file of a prepared folder", name.escape_debug())));
        }
        Ok(head)
    }

    /// Checks that there are no other files than those that were written. Without checksums nothing is checked.
    ///
    /// # Errors
    /// When there is another.
    pub(crate) fn check_names(&self, folder: &Path) -> Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        let is_added = |name: &&str| *name != META && !self.files.contains_key(*name) && folder.join(name).exists();
        let added = FILES.into_iter().find(is_added);
        added.map_or(Ok(()), |name| Err(problem(folder, name, format!("{META} does not list it"))))
    }

    /// Checks that the files are those that were written. Without checksums nothing is checked.
    ///
    /// # Errors
    /// When a file is missing or is another.
    pub(crate) fn check_files(&self, folder: &Path) -> Result<()> {
        let check = |(name, record): (&String, &FileRecord)| {
            let found = Checksum::of_file(&folder.join(name))?;
            if found == record.checksum {
                return Ok(());
            }
            Err(problem(folder, name, format!("it was changed: it has {found}, and {META} says {}", record.checksum)))
        };
        self.files.par_iter().map(check).collect()
    }
}

fn problem(folder: &Path, name: &str, problem: String) -> DataError {
    let problem = format!("{problem}: prepare the data anew");
    DataError::File { file: folder.join(name).display().to_string(), problem }
}

/// Whether the files of a prepared folder can be compared with checksums. If not, they were made by others or by an
/// older program, and only their consistency is checked.
///
/// # Errors
/// When the folder holds no data set, or `meta.json` is damaged.
pub fn has_checksums(folder: &Path) -> Result<bool> {
    Ok(!Head::read(folder)?.files.is_empty())
}

/// The pairs of some users: a row for each, and the numbers that the users have in the files, ascending.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) items: &'a Interactions,
    pub(crate) users: &'a [u32],
}

impl<'a> Rows<'a> {
    /// The items of a user, who may have none.
    fn of(&self, user: u32) -> &'a [u32] {
        self.users.binary_search(&user).map_or(&[], |row| self.items.items(row))
    }
}

/// Held-out users.
pub(crate) struct HeldOutRows<'a> {
    pub(crate) fold_in: Rows<'a>,
    pub(crate) held_out: Rows<'a>,
    pub(crate) candidates: Option<Rows<'a>>,
}

/// Checks what is true of every data set of the protocol, whoever made it.
///
/// # Errors
/// With file, user and item: what is not true.
pub(crate) fn check(
    folder: &Path,
    protocol: Protocol,
    train: Rows<'_>,
    validation: &HeldOutRows<'_>,
    test: &HeldOutRows<'_>,
) -> Result<()> {
    let refuse = |name: &str, what: String| Err(problem(folder, name, what));
    for (files, set) in [(VALIDATION, validation), (TEST, test)] {
        if let Some((user, item)) = common(set.fold_in, set.held_out) {
            return refuse(files.targets, format!("user {user} has item {item}, which is in {} too", files.fold_in));
        }
        let Some(candidates) = set.candidates else { continue };
        if let Some((user, item)) = common(set.fold_in, candidates) {
            let problem = format!("item {item} of user {user} is in {} too", files.fold_in);
            return refuse(files.candidates, problem);
        }
        if let Some(row) = (0..candidates.users.len()).find(|&row| candidates.items.items(row).len() < 2) {
            let problem = format!("user {} has no candidate but the held-out item", candidates.users[row]);
            return refuse(files.candidates, problem);
        }
    }
    match protocol {
        Protocol::StrongGeneralisation => {
            let sets = [(TRAIN, train), (VALIDATION.fold_in, validation.fold_in), (TEST.fold_in, test.fold_in)];
            for (place, (name, of)) in sets.iter().enumerate() {
                for (earlier, others) in &sets[..place] {
                    if let Some(user) = of.users.iter().find(|user| others.users.binary_search(user).is_ok()) {
                        return refuse(name, format!("user {user} is in {earlier} too"));
                    }
                }
            }
            let counts = train.items.item_counts();
            if let Some(unknown) = counts.iter().position(|&count| count == 0) {
                let problem = format!("sid {unknown} is one of {} lines, and {TRAIN} does not have it", counts.len());
                return refuse(VOCABULARY, problem);
            }
        }
        Protocol::LeaveOneOut | Protocol::KnownUsers => {
            for (files, set) in [(VALIDATION, validation), (TEST, test)] {
                if let Some((user, item)) = common(train, set.held_out) {
                    return refuse(files.targets, format!("user {user} has item {item}, which is in {TRAIN} too"));
                }
            }
            if let Some((user, item)) = common(validation.held_out, test.held_out) {
                let problem = format!("user {user} has item {item}, which is in {} too", VALIDATION.targets);
                return refuse(TEST.targets, problem);
            }
        }
    }
    if protocol == Protocol::KnownUsers {
        let (train, of_validation) = ((TRAIN, train), (VALIDATION.targets, validation.held_out));
        for (name, fold_in, parts) in [
            (VALIDATION.fold_in, validation.fold_in, &[train][..]),
            (TEST.fold_in, test.fold_in, &[train, of_validation]),
        ] {
            if let Some(user) = not_made_of(fold_in, parts) {
                let parts: Vec<_> = parts.iter().map(|part| part.0).collect();
                let problem = format!("its items of user {user} are not those in {}", parts.join(" and "));
                return refuse(name, problem);
            }
        }
    }
    Ok(())
}

/// A user whose items are not those that the user has in all `parts` together: perhaps the user has another number there.
fn not_made_of(fold_in: Rows<'_>, parts: &[(&str, Rows<'_>)]) -> Option<u32> {
    let is_other = |&(row, user): &(usize, &u32)| {
        let mut items: Vec<u32> = parts.iter().flat_map(|(_, part)| part.of(*user)).copied().collect();
        items.sort_unstable();
        items != fold_in.items.items(row)
    };
    fold_in.users.iter().enumerate().find(is_other).map(|(_, user)| *user)
}

/// A user, and an item of the user that both have.
fn common(a: Rows<'_>, b: Rows<'_>) -> Option<(u32, u32)> {
    b.users.iter().enumerate().find_map(|(row, user)| {
        let own = a.of(*user);
        let item = b.items.items(row).iter().find(|item| own.binary_search(item).is_ok())?;
        Some((*user, *item))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepared::{self, Meta};
    use crate::readers::read_csv_text;
    use crate::{Dataset, ReadOptions, SplitOptions, known_users, leave_one_out, split};
    use std::fs;
    use tempfile::TempDir;

    /// 40 users, who have 8 of the items each.
    fn raw(items: u32) -> crate::RawInteractions {
        let row = |user: u32, k: u32| format!("{user},{},5,{k}\n", (user * 3 + k * 7) % items);
        let rows = (0..40).flat_map(|user| (0..8).map(move |k| row(user, k)));
        let text = format!("userId,movieId,rating,timestamp\n{}", rows.collect::<String>());
        read_csv_text(&text, &ReadOptions { min_rating: None, by_time: true }).unwrap()
    }

    fn prepared(protocol: Protocol) -> TempDir {
        let options = SplitOptions { heldout_users: 8, ..SplitOptions::PUBLISHED };
        let (raw, split) = match protocol {
            Protocol::StrongGeneralisation => (raw(20), split(&raw(20), &options)),
            Protocol::LeaveOneOut => (raw(130), leave_one_out(&raw(130), &options)),
            Protocol::KnownUsers => (raw(20), known_users::ratio(&raw(20), &options, 0.2, 0.2)),
        };
        let split = split.unwrap();
        let folder = TempDir::new().unwrap();
        prepared::write(folder.path(), &split, &Meta::new(&raw, None, &options, &split)).unwrap();
        folder
    }

    /// What is said of a folder after its file was changed.
    fn said(protocol: Protocol, checksums: bool, name: &str, change: impl Fn(&str) -> String) -> String {
        let folder = prepared(protocol);
        let file = folder.path().join(name);
        fs::write(&file, change(&fs::read_to_string(&file).unwrap())).unwrap();
        if !checksums {
            without_checksums(&folder, protocol);
        }
        let message = Dataset::read(folder.path()).unwrap_err().to_string();
        message.replace(&format!("{}/", folder.path().display()), "")
    }

    /// As others would make it. That every user trains is said by `meta.json` alone.
    fn without_checksums(folder: &TempDir, protocol: Protocol) {
        let meta = folder.path().join(META);
        match protocol {
            Protocol::KnownUsers => fs::write(meta, "{\"protocol\": \"known-users\"}").unwrap(),
            _ => fs::remove_file(meta).unwrap(),
        }
    }

    const STRONG: Protocol = Protocol::StrongGeneralisation;

    fn half(text: &str) -> String {
        let lines: Vec<_> = text.lines().collect();
        lines[..lines.len() / 2].join("\n") + "\n"
    }

    #[test]
    fn a_whole_folder_is_read_with_and_without_its_checksums() {
        for protocol in [STRONG, Protocol::LeaveOneOut, Protocol::KnownUsers] {
            let folder = prepared(protocol);
            let data = Dataset::read(folder.path()).unwrap();
            assert!(has_checksums(folder.path()).unwrap());
            without_checksums(&folder, protocol);
            assert_eq!(Dataset::read(folder.path()).unwrap(), data);
            assert!(!has_checksums(folder.path()).unwrap());
        }
    }

    #[test]
    fn a_file_that_was_cut_changed_removed_or_added_is_refused_by_its_checksum() {
        for name in FILES.iter().filter(|name| **name != META && !name.contains("candidates")) {
            let message = said(STRONG, true, name, half);
            assert!(message.starts_with(&format!("{name}: it was changed: it has ")), "{message}");
            let folder = prepared(STRONG);
            fs::remove_file(folder.path().join(name)).unwrap();
            let message = Dataset::read(folder.path()).unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
        let folder = prepared(STRONG);
        fs::write(folder.path().join("test_candidates.csv"), "uid,sid\n").unwrap();
        let message = Dataset::read(folder.path()).unwrap_err().to_string();
        assert!(
            message.ends_with("test_candidates.csv: meta.json does not list it: prepare the data anew"),
            "{message}"
        );
    }

    #[test]
    fn items_that_nobody_trains_on_are_refused_without_checksums_too() {
        let message = said(STRONG, false, "unique_sid.txt", |text| text.to_owned() + "9001\n9002\n");
        assert_eq!(
            message,
            "unique_sid.txt: sid 20 is one of 22 lines, and train.csv does not have it: prepare the data anew"
        );
        let message =
            said(STRONG, false, "unique_sid.txt", |text| text.to_owned() + text.lines().next().unwrap() + "\n");
        assert!(message.starts_with("unique_sid.txt, line 21: '") && message.contains("occurs again"), "{message}");
    }

    #[test]
    fn users_of_two_sets_are_refused_without_checksums_too() {
        let message = said(STRONG, false, "train.csv", |text| text.to_owned() + "32,0\n");
        assert_eq!(message, "test_tr.csv: user 32 is in train.csv too: prepare the data anew");
        let folder = prepared(STRONG);
        for part in ["tr", "te"] {
            let of = |set: &str| folder.path().join(format!("{set}_{part}.csv"));
            fs::copy(of("test"), of("validation")).unwrap();
        }
        fs::remove_file(folder.path().join(META)).unwrap();
        let message = Dataset::read(folder.path()).unwrap_err().to_string();
        assert!(message.contains("test_tr.csv: user 32 is in validation_tr.csv too"), "{message}");
    }

    #[test]
    fn a_target_that_the_model_sees_is_refused_without_checksums_too() {
        let seen = fs::read_to_string(prepared(STRONG).path().join("test_tr.csv")).unwrap();
        let row = seen.lines().nth(1).unwrap().to_owned();
        let (user, item) = row.split_once(',').unwrap();
        let message = said(STRONG, false, "test_te.csv", |text| text.to_owned() + &row + "\n");
        assert_eq!(
            message,
            format!("test_te.csv: user {user} has item {item}, which is in test_tr.csv too: prepare the data anew")
        );
    }

    #[test]
    fn where_every_user_trains_a_user_is_the_same_in_all_files_and_nothing_held_out_trains() {
        let known = |name: &str, change: &dyn Fn(&str) -> String| said(Protocol::KnownUsers, false, name, change);
        let row = |name: &str| {
            let folder = prepared(Protocol::KnownUsers);
            fs::read_to_string(folder.path().join(name)).unwrap().lines().nth(1).unwrap().to_owned()
        };
        for (target, from) in [("validation_te.csv", "train.csv"), ("test_te.csv", "validation_te.csv")] {
            let row = row(from);
            let message = known(target, &|text| text.to_owned() + &row + "\n");
            assert!(message.starts_with(&format!("{target}: user 0 has item ")), "{message}");
        }
        // The users 0 and 1 have each other's numbers in one file.
        let swapped = |text: &str| {
            let text = text.replace("\n0,", "\nx,").replace("\n1,", "\n0,");
            text.replace("\nx,", "\n1,")
        };
        for (name, parts) in [
            ("validation_tr.csv", "train.csv"),
            ("test_tr.csv", "train.csv and validation_te.csv"),
            ("train.csv", "train.csv"),
        ] {
            let message = known(name, &swapped);
            assert!(message.contains("user 0") || message.contains("user 1"), "{message}");
            if name != "train.csv" && message.contains("are not those") {
                let expected = format!("{name}: its items of user 0 are not those in {parts}: prepare the data anew");
                assert_eq!(message, expected);
            }
        }
        let message = said(Protocol::KnownUsers, true, "test_tr.csv", half);
        assert!(message.starts_with("test_tr.csv: it was changed"), "{message}");
    }

    #[test]
    fn candidates_that_are_missing_cut_or_seen_are_refused() {
        let folder = prepared(Protocol::LeaveOneOut);
        fs::remove_file(folder.path().join("test_candidates.csv")).unwrap();
        for _ in 0..2 {
            let message = Dataset::read(folder.path()).unwrap_err().to_string();
            assert!(message.contains("cannot read ") && message.contains("test_candidates.csv"), "{message}");
            let _ = fs::remove_file(folder.path().join(META));
        }
        let seen = fs::read_to_string(prepared(Protocol::LeaveOneOut).path().join("test_tr.csv")).unwrap();
        let row = seen.lines().nth(1).unwrap().to_owned();
        let message = said(Protocol::LeaveOneOut, false, "test_candidates.csv", |text| text.to_owned() + &row + "\n");
        assert!(
            message.starts_with("test_candidates.csv: item ") && message.contains("is in test_tr.csv too"),
            "{message}"
        );
        let message = said(Protocol::LeaveOneOut, false, "test_candidates.csv", |text| {
            let target = fs::read_to_string(prepared(Protocol::LeaveOneOut).path().join("test_te.csv")).unwrap();
            let target = target.lines().nth(3).unwrap().to_owned();
            let user = format!("{},", target.split_once(',').unwrap().0);
            let keep = |line: &&str| !line.starts_with(&user) || *line == target;
            text.lines().filter(keep).map(|line| format!("{line}\n")).collect()
        });
        assert!(message.contains("has no candidate but the held-out item"), "{message}");
    }

    #[test]
    fn a_list_of_files_does_not_lead_out_of_the_folder() {
        for name in ["/dev/zero", "../other/train.csv", "sub/train.csv", "train.csv\n"] {
            let folder = prepared(STRONG);
            let meta = folder.path().join(META);
            let mut text: serde_json::Value = serde_json::from_str(&fs::read_to_string(&meta).unwrap()).unwrap();
            let record = text["files"][TRAIN].clone();
            text["files"][name] = record;
            fs::write(&meta, text.to_string()).unwrap();
            let message = Dataset::read(folder.path()).unwrap_err().to_string();
            let expected = format!("'{}' is no file of a prepared folder: prepare the data anew", name.escape_debug());
            assert!(message.ends_with(&expected), "{message}");
        }
    }

    #[test]
    fn a_folder_of_a_newer_program_is_refused() {
        let folder = prepared(STRONG);
        let meta = folder.path().join(META);
        let text = fs::read_to_string(&meta).unwrap();
        fs::write(&meta, text.replace("\"format\": 2", "\"format\": 3")).unwrap();
        let message = Dataset::read(folder.path()).unwrap_err().to_string();
        assert!(message.contains("format 3 is newer than this program"), "{message}");
    }
}
