//! The files that the authors of NCF published (He et al., WWW 2017), without headers: `X.train.rating` and
//! `X.test.rating`, user, item, rating and time between tabs, and `X.test.negative`, `(user,item)` and the items that it
//! is ranked among.

use crate::raw::Ids;
use crate::table::{PairFile, shown};
use crate::{DataError, RawInteractions, Result};
use rustc_hash::FxHashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Of each user, the items that the test item is ranked among; as positions in the raw interactions' lists.
pub type Negatives = Vec<Vec<u32>>;

/// Reads the three files of that prefix: the training interactions in the order of time, after them the test's; a line
/// with a rating of 0 or less is no interaction, as in the authors' code.
///
/// # Errors
/// With file, line and value: what is no number; a test user who does not train, has two lines or trains on the test item;
/// where the lines of the two test files do not go together.
pub fn read_ncf_files(prefix: &Path) -> Result<(RawInteractions, Negatives)> {
    let [train, test, negative] = ["train.rating", "test.rating", "test.negative"].map(|part| part_of(prefix, part));
    let name = train.display().to_string();
    let mut raw = RawInteractions::gather(PairFile::without_header(open(&train)?, &name), &name, Some(0.0))?;
    let mut items = Ids::of(std::mem::take(&mut raw.item_ids));
    let tests = read_tests(&test, &raw, &mut items)?;
    let negatives = read_negatives(&negative, &test, &tests, &raw, &mut items)?;
    raw.item_ids = items.ids;
    raw.rows += tests.len() as u64;
    raw.pairs.extend(tests);
    Ok((raw, negatives))
}

/// Whether there are such files of that prefix.
pub fn are_ncf_files(prefix: &Path) -> bool {
    part_of(prefix, "train.rating").exists()
}

fn part_of(prefix: &Path, part: &str) -> PathBuf {
    let mut path = prefix.as_os_str().to_owned();
    path.push(".");
    path.push(part);
    path.into()
}

/// The test pair of every user, in the order of the lines.
fn read_tests(path: &Path, raw: &RawInteractions, items: &mut Ids) -> Result<Vec<(u32, u32)>> {
    let name = path.display().to_string();
    let mut table = PairFile::without_header(open(path)?, &name);
    let users = Ids::of(raw.user_ids.clone());
    let trained: FxHashSet<_> = raw.pairs.iter().copied().collect();
    let mut is_tested = vec![false; raw.user_ids.len()];
    let mut tests = Vec::new();
    while let Some(row) = table.next()? {
        let Some(user) = users.known(row.user) else {
            return Err(table.problem(format!("user {} is not in {}", row.user, raw.file)));
        };
        if std::mem::replace(&mut is_tested[user as usize], true) {
            return Err(table.problem(format!("user {} has had a line before", row.user)));
        }
        let pair = (user, items.position(row.item));
        if trained.contains(&pair) {
            return Err(table.problem(format!("user {} has item {} in {} too", row.user, row.item, raw.file)));
        }
        tests.push(pair);
    }
    if let Some(user) = is_tested.iter().position(|is_tested| !is_tested) {
        let problem = format!("no line of user {}, who is in {}", raw.user_ids[user], raw.file);
        return Err(DataError::File { file: name, problem });
    }
    Ok(tests)
}

fn read_negatives(
    path: &Path,
    tests_path: &Path,
    tests: &[(u32, u32)],
    raw: &RawInteractions,
    items: &mut Ids,
) -> Result<Negatives> {
    let mut negatives = vec![Vec::new(); raw.user_ids.len()];
    let mut lines = 0;
    for text in BufReader::new(open(path)?).lines() {
        let text = text.map_err(DataError::io("read", path))?;
        lines += 1;
        let problem = |problem| DataError::Line { file: path.display().to_string(), line: lines as u64, problem };
        let mut fields = text.trim_end().split('\t');
        let pair = fields.next().unwrap_or_default();
        let there = tests_path.display();
        let Some(&(user, item)) = tests.get(lines - 1) else {
            return Err(problem(format!("{there} has only {} lines", tests.len())));
        };
        let expected = format!("({},{})", raw.user_ids[user as usize], items.ids[item as usize]);
        if pair != expected {
            let found = shown(pair.as_bytes());
            return Err(problem(format!(
                "it starts with '{found}', not with {expected} as line {lines} of {there} does"
            )));
        }
        for field in fields {
            let id = field.parse().map_err(|_| {
                problem(format!("an item is '{}', not a whole number of 0 or more", shown(field.as_bytes())))
            })?;
            negatives[user as usize].push(items.position(id));
        }
        if negatives[user as usize].is_empty() {
            return Err(problem(format!("no items to rank after {expected}")));
        }
    }
    if lines < tests.len() {
        let problem = format!("only {lines} lines, but {} has {}", tests_path.display(), tests.len());
        return Err(DataError::File { file: path.display().to_string(), problem });
    }
    Ok(negatives)
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(DataError::io("read", path))
}
