//! The three files that the authors of NCF published (He et al., WWW 2017), without headers: `X.train.rating` and
//! `X.test.rating` hold a user, an item, a rating and a time between tabs; `X.test.negative` holds `(user,item)` and the
//! items that this item is ranked with.

use super::input::{Input, InputFile};
use super::lines::Lines;
use super::ratings::Ratings;
use super::{Reader, shown, tsv, whole_number};
use crate::raw::{Collector, Id, Ids, ReadOptions, Row, Rows};
use crate::{DataError, RawInteractions, Result};
use rustc_hash::FxHashSet;

/// The training interactions in the order of time, then the test's; each user has one in the test. A training line with
/// a rating of 0 or less is no interaction, as in the authors' code, unless the options say otherwise.
///
/// These are errors too: a test user who does not train, has two lines or trains on the test item, and lines of the two
/// test files that do not belong together.
pub static NCF_FILES: Reader = Reader {
    name: "ncf-files",
    description: "What NCF's authors published: X.train.rating, X.test.rating and X.test.negative, where X is the path.",
    example: &[
        ("train.rating", "7\t1\t5\t978824330\n8\t1\t4\t978824331\n"),
        ("test.rating", "7\t2\t3\t978824332\n8\t2\t2\t978824333\n"),
        ("test.negative", "(7,2)\t3\t4\n(8,2)\t4\t6\n"),
    ],
    has_ratings: true,
    has_times: true,
    read,
};

fn read(input: &mut Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
    let options = ReadOptions { min_rating: Some(options.min_rating.unwrap_or(0.0)), by_time: true };
    let InputFile { source, name } = input.demand("train.rating")?;
    let mut train = Collector::new(&options);
    train.add(Ratings::new(source, &name, tsv::LAYOUT, true))?;
    let mut raw = train.finish(&name)?;
    let mut items = Ids::of(std::mem::take(&mut raw.item_ids));
    let file = input.demand("test.rating")?;
    let tests_name = file.name.clone();
    let tests = read_tests(file, &raw, &mut items)?;
    let negatives = read_negatives(input.demand("test.negative")?, &tests_name, &tests, &raw, &mut items)?;
    raw.item_ids = items.into_vec();
    raw.rows += tests.len() as u64;
    raw.pairs.extend(tests.into_iter().map(|test| test.pair));
    raw.times = Vec::new(); // the test comes last, whatever its times say
    raw.test_negatives = Some(negatives);
    Ok(raw)
}

/// A line of `X.test.rating`.
struct Test {
    pair: (u32, u32),
    line: u64,
    /// How `X.test.negative` writes the pair.
    written: String,
}

/// The test pair of every user, in the order of the lines.
fn read_tests(file: InputFile<'_>, raw: &RawInteractions, items: &mut Ids) -> Result<Vec<Test>> {
    let InputFile { source, name } = file;
    let mut ratings = Ratings::new(source, &name, tsv::LAYOUT, true);
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

/// For each user, the items that the test item is ranked with.
fn read_negatives(
    file: InputFile<'_>,
    there: &str,
    tests: &[Test],
    raw: &RawInteractions,
    items: &mut Ids,
) -> Result<Vec<Vec<u32>>> {
    let InputFile { source, name } = file;
    let mut negatives = vec![Vec::new(); raw.user_ids.len()];
    let trained: FxHashSet<_> = raw.pairs.iter().copied().collect();
    let mut lines = Lines::new(source, &name);
    let mut number = 0;
    while lines.advance()? {
        let problem = |problem| lines.place().problem(problem);
        let Some(Test { pair: (user, target), line, written }) = tests.get(number) else {
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
            let position = items.position(Id::Number(item));
            if position == *target || trained.contains(&(*user, position)) {
                return Err(problem(format!("item {item} is one of the user's own, so it is no negative")));
            }
            of_user.push(position);
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
