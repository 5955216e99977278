//! The files that the authors of NCF published (He et al., WWW 2017), without headers: `X.train.rating` and
//! `X.test.rating`, user, item, rating and time between tabs, and `X.test.negative`, `(user,item)` and the items that it
//! is ranked among.

use crate::raw::Ids;
use crate::readers::lines::Lines;
use crate::readers::ncf::NcfRatings;
use crate::readers::{Id, Row, Rows, shown, whole_number};
use crate::{DataError, RawInteractions, Result};
use rustc_hash::FxHashSet;
use std::fs::File;
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
    let mut raw = RawInteractions::read(NcfRatings::new(open(&train)?, &name), &name, Some(0.0))?;
    let mut items = Ids::of(std::mem::take(&mut raw.item_ids));
    let tests = read_tests(&test, &raw, &mut items)?;
    let negatives = read_negatives(&negative, &test, &tests, &raw, &mut items)?;
    raw.item_ids = items.into_vec();
    raw.rows += tests.len() as u64;
    raw.pairs.extend(tests.into_iter().map(|test| test.pair));
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

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(DataError::io("read", path))
}

/// A line of `X.test.rating`.
struct Test {
    pair: (u32, u32),
    line: u64,
    /// How `X.test.negative` writes the pair.
    written: String,
}

/// The test pair of every user, in the order of the lines.
fn read_tests(path: &Path, raw: &RawInteractions, items: &mut Ids) -> Result<Vec<Test>> {
    let name = path.display().to_string();
    let mut ratings = NcfRatings::new(open(path)?, &name);
    let users = Ids::of(raw.user_ids.iter().cloned());
    let trained: FxHashSet<_> = raw.pairs.iter().copied().collect();
    let mut is_tested = vec![false; raw.user_ids.len()];
    let mut test_of = |Row { user, item, .. }: Row<'_>| {
        let written = format!("({user},{item})");
        let Some(position) = users.known(user) else { return Err(format!("user {user} is not in {}", raw.file)) };
        if std::mem::replace(&mut is_tested[position as usize], true) {
            return Err(format!("user {user} has had a line before"));
        }
        let pair = (position, items.position(item));
        if trained.contains(&pair) {
            return Err(format!("user {user} has item {item} in {} too", raw.file));
        }
        Ok((pair, written))
    };
    let mut tests = Vec::new();
    while let Some(row) = ratings.next()? {
        let test = test_of(row);
        let place = ratings.place();
        let (pair, written) = test.map_err(|problem| place.problem(problem))?;
        tests.push(Test { pair, line: place.line, written });
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
    tests: &[Test],
    raw: &RawInteractions,
    items: &mut Ids,
) -> Result<Negatives> {
    let (name, there) = (path.display().to_string(), tests_path.display());
    let mut negatives = vec![Vec::new(); raw.user_ids.len()];
    let mut lines = Lines::new(open(path)?, &name);
    let mut number = 0;
    while lines.advance()? {
        let problem = |problem| lines.place().problem(problem);
        let Some(Test { pair: (user, _), line, written }) = tests.get(number) else {
            return Err(problem(format!("{there} has only {} lines", tests.len())));
        };
        number += 1;
        let mut fields = lines.text().split(|&byte| byte == b'\t');
        let pair = fields.next().unwrap_or_default();
        if pair != written.as_bytes() {
            let found = shown(pair);
            return Err(problem(format!(
                "it starts with '{found}', not with {written} as line {line} of {there} does"
            )));
        }
        let of_user = &mut negatives[*user as usize];
        for field in fields {
            let item = whole_number("an item", field).map_err(problem)?;
            of_user.push(items.position(Id::Number(item)));
        }
        if of_user.is_empty() {
            return Err(problem(format!("no items to rank after {written}")));
        }
    }
    if number < tests.len() {
        let problem = format!("only {number} lines, but {there} has {}", tests.len());
        return Err(DataError::File { file: name, problem });
    }
    Ok(negatives)
}
