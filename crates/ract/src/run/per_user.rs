//! The measurements of each held-out user: `per_user.csv`, or packed `per_user.csv.zst`.

use crate::config::Role;
use crate::metrics::{Estimate, Metric, paired_gain};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView1, Axis};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The level of zstd. The highest one takes fifteen times as long, and saves a tenth.
const LEVEL: i32 = 12;

/// No measurements unpack to more than this many times their size. A file that does is damaged, or a trap.
const MOST_UNPACKED: u64 = 1000;

/// The extension of packed files.
pub(super) const PACKED: &str = "zst";

/// The columns before those of the metrics.
const COLUMNS: [&str; 6] = ["tested", "user", "seen", "unseen", "loss", "predicted"];

/// The measurements of each user who has held-out items. The other users are left out, because there is nothing to
/// predict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PerUser {
    /// The users' rows in the held-out data, ascending.
    pub users: Vec<u32>,
    /// Number of fold-in items of each user.
    pub seen: Vec<f64>,
    /// Number of held-out items of each user.
    pub unseen: Vec<f64>,
    /// The actor's own loss on all items of each user; empty for baselines.
    pub loss: Vec<f64>,
    /// The critic's prediction for each user; empty without a critic.
    pub predicted: Vec<f64>,
    /// The metrics that were measured.
    pub metrics: Vec<Metric>,
    /// The values of the metrics, users x metrics.
    pub values: Array2<f64>,
}

/// The measurements by role, such as `actor` or `ract`.
pub type Tested = BTreeMap<Role, PerUser>;

impl PerUser {
    /// The mean over users and its standard error; 0 for a metric that was not measured.
    pub fn estimate(&self, metric: Metric) -> Estimate {
        Estimate::of(self.column(metric).iter().copied())
    }

    /// The gain over `before` on the same users, paired by user.
    pub fn gain(&self, before: &Self, metric: Metric) -> Estimate {
        let (after, before) = (self.column(metric), before.column(metric));
        paired_gain(after.iter().copied(), before.iter().copied())
    }

    /// Whether both hold the same users and the same metrics.
    pub fn is_like(&self, other: &Self) -> bool {
        self.users == other.users && self.metrics == other.metrics
    }

    /// The values of a metric, one per user; empty when it was not measured.
    pub fn column(&self, metric: Metric) -> ArrayView1<'_, f64> {
        let position = self.metrics.iter().position(|&m| m == metric);
        position.map_or_else(|| ArrayView1::from(&[]), |position| self.values.column(position))
    }
}

/// The measurements as CSV, with one line per role and user.
///
/// # Errors
/// When the numbers of users and of values differ.
pub fn to_csv(tested: &Tested) -> Result<String> {
    csv_of(tested, written)
}

/// The measurements as CSV, packed by zstd. The numbers have the precision of `f32`, which saves a third. The same
/// measurements give the same bytes.
///
/// # Errors
/// As for [`to_csv`].
pub fn pack(tested: &Tested) -> Result<Vec<u8>> {
    let csv = csv_of(tested, |number| (*number as f32 + 0.0).to_string())?;
    zstd::encode_all(csv.as_bytes(), LEVEL).map_err(|error| failed(&error))
}

fn csv_of(tested: &Tested, written: fn(&f64) -> String) -> Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let metrics = tested.values().next().map_or(&[][..], |per_user| &per_user.metrics);
    let names = metrics.iter().map(Metric::to_string);
    let header = COLUMNS.map(str::to_owned).into_iter().chain(names);
    csv.write_record(header).map_err(|error| failed(&error))?;
    for (role, per_user) in tested {
        for (row, values) in per_user.values.rows().into_iter().enumerate() {
            let number = |column: &[f64]| column.get(row).map_or_else(String::new, written);
            let PerUser { users, seen, unseen, loss, predicted, .. } = per_user;
            let first = [role.to_string(), users[row].to_string()];
            let record = first.into_iter().chain([seen, unseen, loss, predicted].map(|column| number(column)));
            csv.write_record(record.chain(values.iter().map(written))).map_err(|error| failed(&error))?;
        }
    }
    let bytes = csv.into_inner().map_err(|error| failed(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Failed(format!("cannot write what each user has: {error}"))
}

/// The shortest text that reads back as the same number. -0 is written as 0; it is the loss of a user without items.
fn written(number: &f64) -> String {
    (number + 0.0).to_string()
}

/// Reads `per_user.csv`, or `per_user.csv.zst`.
///
/// # Errors
/// The error names the line and the value that does not fit: one that is not a finite number.
pub(crate) fn read(path: &Path) -> Result<Tested> {
    let wrong = |line: u64, problem: String| Error::Failed(format!("{}, line {line}: {problem}", path.display()));
    let file = File::open(path).map_err(Error::file("read", path))?;
    let bytes: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == PACKED) {
        let left = file.metadata().map_err(Error::file("read", path))?.len().saturating_mul(MOST_UNPACKED);
        let source = zstd::Decoder::new(file).map_err(Error::file("unpack", path))?;
        Box::new(Unpacked { source, left })
    } else {
        Box::new(file)
    };
    // Nothing is quoted, so a line is a line.
    let mut reader = csv::ReaderBuilder::new().quoting(false).from_reader(bytes);
    let header = reader.headers().map_err(|error| wrong(1, error.to_string()))?.clone();
    if !header.iter().zip(COLUMNS).all(|(found, expected)| found == expected) || header.len() <= COLUMNS.len() {
        let columns = COLUMNS.join(", ");
        return Err(wrong(1, format!("not the columns {columns} and metrics: write it anew with `ract evaluate`")));
    }
    let metrics = header.iter().skip(COLUMNS.len()).map(str::parse);
    let metrics: Vec<Metric> = metrics.collect::<Result<_, _>>().map_err(|problem| wrong(1, problem))?;
    let mut tested = Tested::new();
    for (line, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|error| wrong(line, error.to_string()))?;
        let role = record[0].parse().map_err(|problem| wrong(line, problem))?;
        let per_user = tested.entry(role).or_insert_with(|| PerUser {
            metrics: metrics.clone(),
            values: Array2::zeros((0, metrics.len())),
            ..PerUser::default()
        });
        let user = record[1].parse().map_err(|_| wrong(line, format!("'{}' is no user", &record[1])))?;
        if let Some(before) = per_user.users.last().filter(|before| **before >= user) {
            return Err(wrong(line, format!("user {user}, {role}, comes after user {before}: users must ascend")));
        }
        let number = |column: usize| {
            let (name, text) = (&header[column], &record[column]);
            text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| {
                let (role, user) = (&record[0], &record[1]);
                wrong(line, format!("{name} of user {user}, {role}, is '{text}', not a finite number"))
            })
        };
        let PerUser { users, seen, unseen, loss, predicted, values, .. } = per_user;
        for (column, of) in (2..).zip([seen, unseen, loss, predicted]) {
            let has_value = !record[column].is_empty();
            if !users.is_empty() && has_value == of.is_empty() {
                let name = &header[column];
                return Err(wrong(line, format!("some users have a {name} of {role}, and others have none")));
            }
            if has_value {
                of.push(number(column)?);
            }
        }
        users.push(user);
        let row: Vec<f64> = (COLUMNS.len()..header.len()).map(number).collect::<Result<_>>()?;
        let _ = values.push(Axis(0), ArrayView1::from(&row));
    }
    if tested.is_empty() {
        return Err(wrong(1, "no user follows: write it anew with `ract evaluate`".to_owned()));
    }
    Ok(tested)
}

/// What is unpacked of a file, until it is too much.
struct Unpacked<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let left = self.left.checked_sub(read as u64);
        self.left =
            left.ok_or_else(|| io::Error::other(format!("it unpacks to over {MOST_UNPACKED} times its size")))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn tested() -> Tested {
        let counting = PerUser {
            users: vec![0, 4],
            seen: vec![3.0, 4.0],
            unseen: vec![1.0, 2.0],
            metrics: vec![Metric::ndcg(100), Metric::recall(20)],
            values: array![[0.1, 0.2], [1.0 / 3.0, 0.0]],
            ..PerUser::default()
        };
        let actor = PerUser { loss: vec![7.5, 8.0], predicted: vec![0.25, 0.5], ..counting.clone() };
        Tested::from([("popularity".parse().unwrap(), counting), (Role::Ract, actor)])
    }

    #[test]
    fn measurements_read_back_as_they_were_written() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), to_csv(&tested()).unwrap()).unwrap();
        assert_eq!(read(file.path()).unwrap(), tested());
    }

    #[test]
    fn packed_measurements_read_back_in_the_precision_of_f32_and_are_the_same_bytes_each_time() {
        let file = tempfile::Builder::new().suffix(".csv.zst").tempfile().unwrap();
        let packed = pack(&tested()).unwrap();
        std::fs::write(file.path(), &packed).unwrap();
        let found = read(file.path()).unwrap();
        let mut expected = tested();
        expected.values_mut().for_each(|per_user| per_user.values[[1, 0]] = 0.333_333_34);
        assert_eq!(found, expected);
        assert_eq!(pack(&found).unwrap(), packed);
    }

    #[test]
    fn minus_zero_is_written_as_zero() {
        assert_eq!([-0.0, 0.0, -1.5].map(|number| written(&number)), ["0", "0", "-1.5"]);
    }

    #[test]
    fn the_error_names_file_line_column_user_and_role_of_a_value_that_is_not_finite() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for wrong in ["x", "NaN", "inf", "-inf", "1e999"] {
            std::fs::write(file.path(), to_csv(&tested()).unwrap().replace("7.5", wrong)).unwrap();
            let message = read(file.path()).unwrap_err().to_string();
            let expected = format!("line 4: loss of user 0, ract, is '{wrong}', not a finite number");
            assert!(
                message.starts_with(&file.path().display().to_string()) && message.ends_with(&expected),
                "{message}"
            );
        }
    }

    /// What is said of a file with these lines of the users of `actor`.
    fn said(lines: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("tested,user,seen,unseen,loss,predicted,ndcg@100\n{lines}")).unwrap();
        let message = read(file.path()).unwrap_err().to_string();
        message.split_once(", line ").unwrap().1.to_owned()
    }

    /// A value would count for another user.
    #[test]
    fn a_user_who_is_there_twice_or_lacks_a_value_that_others_have_is_refused() {
        let twice = said("actor,1,1,1,2.5,,0.5\nactor,1,1,1,2.5,,0.5\n");
        assert_eq!(twice, "3: user 1, actor, comes after user 1: users must ascend");
        let expected = "some users have a loss of actor, and others have none";
        assert_eq!(said("actor,0,1,1,,,0.5\nactor,1,1,1,2.5,,0.5\n"), format!("3: {expected}"));
        assert_eq!(said("actor,0,1,1,2.5,,0.5\nactor,1,1,1,,,0.5\n"), format!("3: {expected}"));
    }

    #[test]
    fn a_quote_takes_in_no_other_users() {
        let message = said("actor,0,1,1,,,0.5\n\"actor,1,1,1,,,0.5\nactor,2,1,1,,,0.5\n");
        assert!(message.starts_with("3: '\"actor' is nothing that is tested"), "{message}");
    }

    #[test]
    fn a_small_file_does_not_unpack_to_a_large_one() {
        let file = tempfile::Builder::new().suffix(".csv.zst").tempfile().unwrap();
        for rest in ["0".repeat(30_000_000), format!("0.5{}", "\n".repeat(30_000_000))] {
            let text = format!("tested,user,seen,unseen,loss,predicted,ndcg@100\nactor,0,1,1,,,{rest}");
            std::fs::write(file.path(), zstd::encode_all(text.as_bytes(), LEVEL).unwrap()).unwrap();
            let message = read(file.path()).unwrap_err().to_string();
            let is_named = message.starts_with(&file.path().display().to_string());
            assert!(is_named && message.contains("it unpacks to over 1000 times its size"), "{message}");
        }
    }

    #[test]
    fn a_file_without_users_or_of_other_columns_is_refused() {
        assert_eq!(said(""), "1: no user follows: write it anew with `ract evaluate`");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "user,ndcg@100\n1,0.5\n").unwrap();
        assert!(read(file.path()).unwrap_err().to_string().contains("line 1: not the columns tested, user"));
    }
}
