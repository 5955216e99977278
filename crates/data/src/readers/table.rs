//! A table of users and items as anyone exports it: separator, header and columns are found by content, or named.

use super::columns::{self, Column, ColumnNames, Columns};
use super::input::{Input, InputFile};
use super::{finite_number, refusal, shown};
use crate::moment;
use crate::raw::{Collector, Id, Place, ReadOptions, Row, Rows};
use crate::{DataError, RawInteractions, Result};
use csv::ByteRecord;
use std::fmt;
use std::io::Read;
use std::sync::Arc;

/// How a table is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    separator: u8,
    has_header: bool,
    /// Number of columns.
    width: usize,
    columns: Columns,
}

impl Table {
    /// Of a file that begins with these lines; `file` is its name for messages.
    ///
    /// # Errors
    /// When no separator makes two columns, or when a column is not there or cannot be told from others.
    pub fn of(lines: &[u8], names: &ColumnNames, file: &str) -> Result<Self> {
        let problem = |problem: String| DataError::Line { file: file.to_owned(), line: 1, problem };
        let (separator, rows) = rows(lines).ok_or_else(|| {
            let first = shown(lines.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii());
            problem(format!("'{first}': no comma, tab, semicolon, bar or space separates columns"))
        })?;
        let first = &rows[0];
        let width = first.len();
        let is_number = |field: &String| field.parse::<f64>().is_ok();
        let all_numbers =
            |column: usize| rows.len() > 1 && rows[1..].iter().all(|row| row.get(column).is_some_and(is_number));
        let differs = (0..width).any(|column| !is_number(&first[column]) && all_numbers(column));
        let has_header = first.iter().any(|field| columns::is_known(field))
            || names.given().any(|name| first.contains(name))
            || (differs && !first.iter().any(is_number));
        let columns = if has_header {
            Columns::named(first, names).map_err(problem)?
        } else {
            if let Some(name) = names.given().next() {
                return Err(problem(format!("no column '{name}'; its columns are: {width}, without a header")));
            }
            // A third and a fourth column count only where they hold numbers and times.
            let holds = |column: &Column, is_one: &dyn Fn(&String) -> bool| {
                rows.iter().all(|row| row.get(column.index).is_some_and(is_one))
            };
            let is_time = |field: &String| moment::value(field).is_some();
            let few = || problem("it has fewer than two columns".to_owned());
            let Columns { user, item, rating, time } = Columns::first(width).ok_or_else(few)?;
            let rating = rating.filter(|column| holds(column, &is_number));
            Columns { user, item, rating, time: time.filter(|column| holds(column, &is_time)) }
        };
        Ok(Self { separator, has_header, width, columns })
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether the columns of a headerless table are separated by spaces.
    pub(super) fn has_spaces(&self) -> bool {
        self.separator == b' ' && !self.has_header
    }

    /// The ratings of these lines, as far as they are numbers.
    pub fn ratings(&self, lines: &[u8]) -> Vec<f64> {
        let Some(column) = &self.columns.rating else { return Vec::new() };
        let rows = split(lines, self.separator).into_iter().skip(self.has_header.into());
        rows.filter_map(|row| row.get(column.index)?.parse().ok()).collect()
    }

    /// Reads all of `input`.
    ///
    /// # Errors
    /// With file, line and value: another number of columns, an empty id, a rating or a time that is no number.
    pub fn read(&self, mut input: Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
        let mut all = Collector::new(options);
        while let Some(InputFile { source, name }) = input.next()? {
            all.add(TableRows::new(self, source, &name, options))?;
        }
        let raw = all.finish(input.name())?;
        Ok(RawInteractions { source_files: input.source_files(), ..raw })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, separator) = SEPARATORS.iter().find(|(byte, _)| *byte == self.separator).unwrap_or(&SEPARATORS[0]);
        let header = if self.has_header { "a header" } else { "no header" };
        write!(f, "{separator} between columns, {header}; {}", self.columns)
    }
}

const SEPARATORS: [(u8, &str); 5] =
    [(b'\t', "tabs"), (b',', "commas"), (b';', "semicolons"), (b'|', "bars"), (b' ', "spaces")];

/// The separator that gives all lines the same number of columns, two or more, and the lines' fields. Of several it is the one
/// with the most columns, for `3,5` can be a number among semicolons. Spaces count only where nothing else separates, because
/// names have spaces too.
fn rows(lines: &[u8]) -> Option<(u8, Vec<Vec<String>>)> {
    let even = |separator: u8| {
        let rows = split(lines, separator);
        let columns = rows.first()?.len();
        // The last line may be cut within quotes.
        let whole = &rows[..rows.len() - usize::from(rows.len() > 2)];
        (columns > 1 && whole.iter().all(|row| row.len() == columns)).then_some((separator, rows))
    };
    let (spaces, others) = SEPARATORS.split_last()?;
    let found = others.iter().rev().filter_map(|&(separator, _)| even(separator));
    found.max_by_key(|(_, rows)| rows[0].len()).or_else(|| even(spaces.0))
}

fn split(lines: &[u8], separator: u8) -> Vec<Vec<String>> {
    let mut csv = csv_reader(lines, separator);
    let fields = |record: &ByteRecord| {
        record.iter().map(|field| String::from_utf8_lossy(field.trim_ascii()).into_owned()).collect()
    };
    let records = csv.byte_records().map_while(std::result::Result::ok).map(|record| fields(&record));
    records.filter(|record: &Vec<String>| record.iter().any(|field| !field.is_empty())).collect()
}

fn csv_reader<R: Read>(source: R, separator: u8) -> csv::Reader<R> {
    let mut builder = csv::ReaderBuilder::new();
    // Quotes are for separators within fields; where the separator is a tab, quotes are text.
    builder.delimiter(separator).has_headers(false).flexible(true).quoting(separator != b'\t');
    builder.terminator(csv::Terminator::Any(b'\n'));
    builder.buffer_capacity(1 << 18).from_reader(source)
}

/// The rows of one file.
struct TableRows<'a, R> {
    table: &'a Table,
    csv: csv::Reader<R>,
    record: ByteRecord,
    file: Arc<str>,
    reads_ratings: bool,
    reads_times: bool,
    /// Whether the header is still to come.
    is_before_header: bool,
}

impl<'a, R: Read> TableRows<'a, R> {
    fn new(table: &'a Table, source: R, file: &str, options: &ReadOptions) -> Self {
        let csv = csv_reader(source, table.separator);
        let (reads_ratings, reads_times) = (options.min_rating.is_some(), options.by_time);
        let is_before_header = table.has_header;
        Self { table, csv, record: ByteRecord::new(), file: file.into(), reads_ratings, reads_times, is_before_header }
    }

    fn field(&self, column: &Column) -> &[u8] {
        self.record.get(column.index).unwrap_or_default().trim_ascii()
    }
}

impl<R: Read> Rows for TableRows<'_, R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        loop {
            let read = self.csv.read_byte_record(&mut self.record).map_err(|error| DataError::File {
                file: self.file.to_string(),
                problem: format!("cannot be read: {error}"),
            })?;
            if !read {
                return Ok(None);
            }
            let is_blank = self.record.len() == 1 && self.record[0].trim_ascii().is_empty();
            if !is_blank && !std::mem::take(&mut self.is_before_header) {
                break;
            }
        }
        let problem = |problem| self.place().problem(problem);
        let Table { columns: Columns { user, item, rating, time }, width, .. } = self.table;
        if self.record.len() != *width {
            let text = shown(&self.record.iter().collect::<Vec<_>>().join(&self.table.separator));
            return Err(problem(format!("'{text}' has {} columns, and the first line has {width}", self.record.len())));
        }
        let number = |column: &Column| finite_number(&column.name, self.field(column)).map_err(problem);
        let moment = |column: &Column| moment::of_field(&column.name, self.field(column)).map_err(problem);
        Ok(Some(Row {
            user: id(&user.name, self.field(user)).map_err(problem)?,
            item: id(&item.name, self.field(item)).map_err(problem)?,
            rating: rating.as_ref().filter(|_| self.reads_ratings).map_or(Ok(1.0), number)?,
            time: time.as_ref().filter(|_| self.reads_times).map(moment).transpose()?,
        }))
    }

    fn place(&self) -> Place {
        Place { file: self.file.clone(), line: self.record.position().map_or(1, csv::Position::line) }
    }
}

/// A number, if that is written as a number is; otherwise a name.
pub(super) fn id<'a>(what: &str, field: &'a [u8]) -> Result<Id<&'a str>, String> {
    // Ids are written one on a line.
    let is_id = |name: &&str| !name.is_empty() && !name.contains(['\n', '\r']);
    let name = std::str::from_utf8(field).ok().filter(is_id);
    let name = name.ok_or_else(|| refusal(what, field, "not an id of one line in UTF-8"))?;
    // 007 is another id than 7.
    let is_plain = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    Ok(name.parse().ok().filter(|_| is_plain).map_or(Id::Name(name), Id::Number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATED: ReadOptions = ReadOptions { min_rating: Some(0.0), by_time: false };

    /// User, item, rating.
    type Triple = (String, String, f64);

    /// How the table is written, and its rows.
    fn read(text: &str, names: &ColumnNames) -> Result<(String, Vec<Triple>), String> {
        let table = Table::of(text.as_bytes(), names, "FILE").map_err(|error| error.to_string())?;
        let rows = super::super::rows(TableRows::new(&table, text.as_bytes(), "FILE", &RATED))?;
        Ok((table.to_string(), rows.into_iter().map(|(_, user, item, rating)| (user, item, rating)).collect()))
    }

    fn row(user: &str, item: &str, rating: f64) -> Triple {
        (user.to_owned(), item.to_owned(), rating)
    }

    #[test]
    fn separator_header_and_columns_are_found_by_content() {
        let two = [row("ann", "B07", 4.0), row("7", "x y", 2.5)];
        for (text, found) in [
            (
                "when,Product_ID,Stars,customer\n1,B07,4,ann\n2,\"x y\",2.5,7\n",
                "commas between columns, a header; users: customer, items: Product_ID, ratings: Stars",
            ),
            (
                "user_id:token\titem_id:token\trating:float\ttimestamp:float\nann\tB07\t4\t1\n7\tx y\t2.5\t2\n",
                "tabs between columns, a header; users: user_id:token, items: item_id:token, ratings: rating:float, \
                 times: timestamp:float",
            ),
            (
                "ann;B07;4;12\n7;x y;2.5;13\n",
                "semicolons between columns, no header; users: column 1, items: column 2, ratings: column 3, times: column 4",
            ),
            (
                "ann,B07,4\n\n7,x y,2.5\n",
                "commas between columns, no header; users: column 1, items: column 2, ratings: column 3",
            ),
        ] {
            assert_eq!(read(text, &ColumnNames::default()).unwrap(), (found.to_owned(), two.to_vec()), "{text}");
        }
        let decimals = Table::of(b"1;2;3,5\n1;3;4,0\n", &ColumnNames::default(), "FILE").unwrap().to_string();
        assert!(decimals.starts_with("semicolons between columns, no header"), "{decimals}");
        let pairs = read("u1 i1\nu2 i1\n", &ColumnNames::default()).unwrap();
        assert_eq!(pairs.1, [row("u1", "i1", 1.0), row("u2", "i1", 1.0)]);
    }

    #[test]
    fn columns_can_be_named() {
        let names = ColumnNames { user: Some("who".into()), item: Some("what".into()), ..ColumnNames::default() };
        let (found, rows) = read("who,user,what\na,b,c\n", &names).unwrap();
        assert_eq!(found, "commas between columns, a header; users: who, items: what");
        assert_eq!(rows, [row("a", "c", 1.0)]);
    }

    #[test]
    fn what_cannot_be_told_is_asked_for() {
        let none = ColumnNames::default();
        for (text, message) in [
            (
                "user,thing\n1,2\n",
                "FILE, line 1: no column of items is known by its name; the columns are user, thing: \
                                   name one with --item-column",
            ),
            (
                "user,item,product\n1,2,3\n",
                "FILE, line 1: the columns item and product both look right: choose one with \
                                            --item-column",
            ),
            (
                "customer;thing\nc-1;cup\n",
                "FILE, line 1: no column of items is known by its name; the columns are customer, thing: name one with \
                 --item-column",
            ),
            ("alone\nmore\n", "FILE, line 1: 'alone': no comma, tab, semicolon, bar or space separates columns"),
        ] {
            assert_eq!(read(text, &none).unwrap_err(), message);
        }
        let names = ColumnNames { user: Some("who".into()), ..none };
        let message = read("user,item\n1,2\n", &names).unwrap_err();
        assert_eq!(message, "FILE, line 1: no column 'who'; its columns are: user, item");
    }

    #[test]
    fn an_error_names_file_line_and_value() {
        let head = "user,item,rating\n1,2,3\n";
        let table = Table::of(head.as_bytes(), &ColumnNames::default(), "FILE").unwrap();
        for (line, message) in [
            ("1,2", "FILE, line 3: '1,2' has 2 columns, and the first line has 3"),
            ("1,2,x", "FILE, line 3: rating is 'x', not a number"),
            ("1,,3", "FILE, line 3: item is '', not an id of one line in UTF-8"),
        ] {
            let text = format!("{head}{line}\n");
            let found = super::super::rows(TableRows::new(&table, text.as_bytes(), "FILE", &RATED)).unwrap_err();
            assert_eq!(found, message);
        }
    }

    #[test]
    fn times_are_numbers_or_dates_and_order_the_pairs() {
        let timed = ReadOptions { min_rating: None, by_time: true };
        let read = |text: &str, column: &str| {
            let names = ColumnNames { time: Some(column.into()), ..ColumnNames::default() };
            let table = Table::of(text.as_bytes(), &names, "FILE").map_err(|error| error.to_string())?;
            let raw = table.read(Input::stream("FILE", text.as_bytes()), &timed).map_err(|error| error.to_string())?;
            let items = raw.pairs.iter().map(|pair| raw.item_ids[pair.1 as usize].to_string());
            Ok::<_, String>((items.collect::<Vec<_>>(), raw.times))
        };
        let of_dates = read("day;user;item\n2026-01-02;a;x\n2026-01-01T09:30:00Z;a;y\n", "day").unwrap();
        assert_eq!(of_dates, (vec!["y".to_owned(), "x".to_owned()], vec![1_767_259_800.0, 1_767_312_000.0]));
        assert_eq!(read("user,item,at\na,x,5\na,y,-4.5\n", "at").unwrap().1, [-4.5, 5.0]);
        let message = read("user,item,at\na,x,5\na,y,noon\n", "at").unwrap_err();
        assert_eq!(
            message,
            "FILE, line 3: at is 'noon', not a time: a number, a date such as 2014-01-31, or 2014-01-31T12:00:00Z"
        );
        let message = read("user,item,at\na,x,5\n", "when").unwrap_err();
        assert_eq!(message, "FILE, line 1: no column 'when'; its columns are: user, item, at");
    }

    #[test]
    fn a_number_with_leading_zeros_is_a_name() {
        let ids =
            ["7", "0", "007", "-1", "1.0", "99999999999999999999"].map(|text| id("user", text.as_bytes()).unwrap());
        assert_eq!(ids[..2], [Id::Number(7), Id::Number(0)]);
        assert!(ids[2..].iter().all(|id| matches!(id, Id::Name(_))));
    }
}
