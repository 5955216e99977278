//! What was measured of each held-out user: `per_user.csv`.

use crate::config::Role;
use crate::metrics::{Estimate, Metric, paired_gain};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView1, Axis};
use std::collections::BTreeMap;
use std::path::Path;

/// Columns beside the metrics.
const COLUMNS: [&str; 6] = ["tested", "user", "seen", "unseen", "loss", "predicted"];

/// Of each user who has something held out; there is nothing to find for the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PerUser {
    /// Rows of the held-out users, ascending.
    pub users: Vec<u32>,
    /// How many items each of them showed.
    pub seen: Vec<f64>,
    /// How many items were held out.
    pub unseen: Vec<f64>,
    /// The actor's own loss on all items; empty where there is no actor.
    pub loss: Vec<f64>,
    /// What the critic predicts; empty where there is no critic.
    pub predicted: Vec<f64>,
    /// What was measured.
    pub metrics: Vec<Metric>,
    /// Users x metrics.
    pub values: Array2<f64>,
}

/// By what was tested, such as `actor` or `ract`.
pub type Tested = BTreeMap<Role, PerUser>;

impl PerUser {
    /// Mean over users; 0 for a metric that was not measured.
    pub fn estimate(&self, metric: Metric) -> Estimate {
        Estimate::of(self.column(metric).iter().copied())
    }

    /// What this gains over `before` on the same users, paired.
    pub fn gain(&self, before: &Self, metric: Metric) -> Estimate {
        let (after, before) = (self.column(metric), before.column(metric));
        paired_gain(after.iter().copied(), before.iter().copied())
    }

    /// Whether the same users were measured by the same metrics.
    pub fn is_like(&self, other: &Self) -> bool {
        self.users == other.users && self.metrics == other.metrics
    }

    /// A metric of each user; empty when it was not measured.
    pub fn column(&self, metric: Metric) -> ArrayView1<'_, f64> {
        let position = self.metrics.iter().position(|&m| m == metric);
        position.map_or_else(|| ArrayView1::from(&[]), |position| self.values.column(position))
    }
}

/// As CSV: a line per user of all that was tested.
pub(crate) fn to_csv(tested: &Tested) -> Result<String> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let failed = |error: &dyn std::fmt::Display| Error::Failed(format!("cannot write what each user has: {error}"));
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

/// In as many digits as say it exactly; the loss of no items at all is 0, not -0.
fn written(number: &f64) -> String {
    (number + 0.0).to_string()
}

/// Reads `per_user.csv`.
///
/// # Errors
/// With line and value for what such a file does not hold.
pub(crate) fn read(path: &Path) -> Result<Tested> {
    let wrong = |line: u64, problem: String| Error::Failed(format!("{}, line {line}: {problem}", path.display()));
    let file = std::fs::File::open(path).map_err(Error::file("read", path))?;
    let mut reader = csv::Reader::from_reader(file);
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
        per_user.users.push(record[1].parse().map_err(|_| wrong(line, format!("'{}' is no user", &record[1])))?);
        let number = |column: usize| {
            record[column]
                .parse()
                .map_err(|_| wrong(line, format!("{} is '{}', not a number", &header[column], &record[column])))
        };
        let PerUser { seen, unseen, loss, predicted, values, .. } = per_user;
        for (column, of) in (2..).zip([seen, unseen, loss, predicted]) {
            if !record[column].is_empty() {
                of.push(number(column)?);
            }
        }
        let row: Vec<f64> = (COLUMNS.len()..header.len()).map(number).collect::<Result<_>>()?;
        let _ = values.push(Axis(0), ArrayView1::from(&row));
    }
    Ok(tested)
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
    fn what_was_written_reads_back_the_same() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), to_csv(&tested()).unwrap()).unwrap();
        assert_eq!(read(file.path()).unwrap(), tested());
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!([-0.0, 0.0, -1.5].map(|number| written(&number)), ["0", "0", "-1.5"]);
    }

    #[test]
    fn what_is_no_number_is_named_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), to_csv(&tested()).unwrap().replace("7.5", "x")).unwrap();
        let message = read(file.path()).unwrap_err().to_string();
        assert!(message.ends_with("line 4: loss is 'x', not a number"), "{message}");
        std::fs::write(file.path(), "user,ndcg@100\n1,0.5\n").unwrap();
        assert!(read(file.path()).unwrap_err().to_string().contains("line 1: not the columns tested, user"));
    }
}
