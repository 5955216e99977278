//! Parquet files: the columns of users, items, ratings and times are found by their names, as those of a table are.

mod pages;
mod values;

use self::values::{IDS, NUMBERS, Values};
use super::columns::{Column, ColumnNames, Columns};
use super::input::Input;
use crate::raw::{Collector, Place, ReadOptions, Row, Rows};
use crate::{DataError, RawInteractions, Result};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// How a Parquet file begins.
const MAGIC: &[u8] = b"PAR1";

/// Whether a file that begins so is a Parquet file: a text has no zeros.
pub(super) fn is_parquet(first: &[u8]) -> bool {
    first.starts_with(MAGIC) && first.contains(&0)
}

/// Which columns of a Parquet file are read.
pub(super) struct Parquet(Columns);

impl Parquet {
    /// Of the file at `path`, with its first ratings, as far as they are numbers.
    ///
    /// # Errors
    /// When it is damaged, compressed, or in an archive; when a column is not there or cannot be told from others.
    pub(super) fn at(path: &Path, names: &ColumnNames) -> Result<(Self, Vec<f64>)> {
        let name = path.display().to_string();
        let mut magic = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut magic));
        read.map_err(DataError::io("read", path))?;
        if magic != MAGIC {
            let problem = "a Parquet file that is compressed or in an archive: unpack it and name the file".to_owned();
            return Err(DataError::File { file: name, problem });
        }
        let file = open(File::open(path).map_err(DataError::io("read", path))?, &name)?;
        let all = file.metadata().file_metadata().schema_descr().columns();
        let all: Vec<_> = all.iter().map(|column| column.path().string()).collect();
        let columns = Columns::named(&all, names).map_err(|problem| refused(&name, problem))?;
        let mut ratings = Vec::new();
        if let Some(column) = &columns.rating
            && let Ok(mut values) = Values::of(&file, column, NUMBERS)
            && file.num_row_groups() > 0
        {
            sound(&name, || values.start(&file, 0).and_then(|()| values.advance()))?;
            ratings = values.numbers().collect();
        }
        Ok((Self(columns), ratings))
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.0
    }

    /// Reads the file of `input`.
    ///
    /// # Errors
    /// With file, row and value: an id that is none, a rating or a time that is no number. When the file is damaged.
    pub(super) fn read(&self, mut input: Input<'_>, options: &ReadOptions) -> Result<RawInteractions> {
        let mut all = Collector::new(options);
        let (file, name) = input.whole()?;
        all.add(ParquetRows::new(open(file, &name)?, &self.0, &name, options)?)?;
        let raw = all.finish(input.name())?;
        Ok(RawInteractions { source_files: input.source_files(), ..raw })
    }
}

impl fmt::Display for Parquet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parquet; {}", self.0)
    }
}

fn open(file: File, name: &str) -> Result<SerializedFileReader<File>> {
    sound(name, || SerializedFileReader::new(file))
}

/// What `read` gives. Should a damaged file break an assert of the crate that reads it, that is an error as others are.
fn sound<T>(file: &str, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T> {
    let broken = |_| Err(ParquetError::General("what it says of itself contradicts itself".to_owned()));
    let found = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(broken);
    found.map_err(|error| refused(file, format!("not a usable Parquet file ({})", error.to_string().escape_debug())))
}

fn refused(file: &str, problem: String) -> DataError {
    DataError::File { file: file.to_owned(), problem }
}

/// The rows of a file.
struct ParquetRows {
    file: SerializedFileReader<File>,
    name: Arc<str>,
    /// Number of row groups that were begun.
    groups: usize,
    user: Values,
    item: Values,
    rating: Option<Values>,
    time: Option<Values>,
    /// The place of the next row among those in memory.
    at: usize,
    /// The number of the last row, from 1.
    row: u64,
    /// Ids that are numbers below 0, as text.
    texts: [String; 2],
}

impl ParquetRows {
    fn new(file: SerializedFileReader<File>, columns: &Columns, name: &str, options: &ReadOptions) -> Result<Self> {
        let values = |column: &Column, types| Values::of(&file, column, types).map_err(|what| refused(name, what));
        let numbers = |column: &Option<Column>, is_wanted: bool| {
            column.as_ref().filter(|_| is_wanted).map(|column| values(column, NUMBERS)).transpose()
        };
        let (user, item) = (values(&columns.user, IDS)?, values(&columns.item, IDS)?);
        let (rating, time) =
            (numbers(&columns.rating, options.min_rating.is_some())?, numbers(&columns.time, options.by_time)?);
        Ok(Self { file, name: name.into(), groups: 0, user, item, rating, time, at: 0, row: 0, texts: <_>::default() })
    }

    /// Whether there is another row; it is in memory then.
    fn advance(&mut self) -> Result<bool> {
        let Self { file, name, groups, user, item, rating, time, at, .. } = self;
        let mut columns: Vec<_> = [user, item].into_iter().chain(rating).chain(time).collect();
        while *at >= columns[0].len() {
            sound(name, || columns.iter_mut().try_for_each(|column| column.advance()))?;
            *at = 0;
            if columns.iter().any(|column| column.len() != columns[0].len()) {
                return Err(refused(name, "not a usable Parquet file (its columns have different lengths)".to_owned()));
            }
            if columns[0].len() == 0 {
                if *groups == file.num_row_groups() {
                    return Ok(false);
                }
                sound(name, || columns.iter_mut().try_for_each(|column| column.start(file, *groups)))?;
                *groups += 1;
            }
        }
        Ok(true)
    }
}

impl Rows for ParquetRows {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        if self.at == self.user.len() && !self.advance()? {
            return Ok(None);
        }
        self.row += 1;
        let at = self.at;
        self.at += 1;
        let Self { name, row, user, item, rating, time, texts: [user_text, item_text], .. } = self;
        let problem = |problem| refused(name, format!("row {row}: {problem}"));
        Ok(Some(Row {
            user: user.id(at, user_text).map_err(problem)?,
            item: item.id(at, item_text).map_err(problem)?,
            rating: rating.as_ref().map_or(Ok(1.0), |values| values.number(at)).map_err(problem)?,
            time: time.as_ref().map(|values| values.time(at)).transpose().map_err(problem)?,
        }))
    }

    fn place(&self) -> Place {
        Place { file: self.name.clone(), line: self.row }
    }
}

#[cfg(test)]
mod tests {
    use super::super::detect::Found;
    use super::*;
    use crate::Id;
    use parquet::basic::Compression;
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type, Int96, Int96Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use parquet::schema::parser::parse_message_type;
    use tempfile::TempPath;

    const SNAPPY: Compression = Compression::SNAPPY;

    type Fill = fn(&mut SerializedColumnWriter<'_>);

    /// A Parquet file of two row groups, each with these values.
    fn file(schema: &str, columns: &[Fill], compression: Compression) -> TempPath {
        let path = tempfile::Builder::new().suffix(".bin").tempfile().unwrap();
        let properties = WriterProperties::builder().set_compression(compression).build();
        let schema = Arc::new(parse_message_type(&format!("message m {{ {schema} }}")).unwrap());
        let mut writer = SerializedFileWriter::new(path.reopen().unwrap(), schema, Arc::new(properties)).unwrap();
        for _ in 0..2 {
            let mut group = writer.next_row_group().unwrap();
            for fill in columns {
                let mut column = group.next_column().unwrap().unwrap();
                fill(&mut column);
                column.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.close().unwrap();
        path.into_temp_path()
    }

    fn found(path: &Path) -> Result<(String, RawInteractions), String> {
        let names = ColumnNames::default();
        let read = || {
            let found = Found::at(path, &names)?;
            let options = ReadOptions { min_rating: found.threshold(), by_time: false };
            Ok((found.to_string(), found.read(Input::of_any(path)?, &options)?))
        };
        read().map_err(|error: DataError| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    fn pairs(raw: &RawInteractions) -> Vec<(Id, Id)> {
        let ids =
            |&(user, item): &(u32, u32)| (raw.user_ids[user as usize].clone(), raw.item_ids[item as usize].clone());
        raw.pairs.iter().map(ids).collect()
    }

    fn name(text: &str) -> Id {
        Id::Name(text.into())
    }

    const USERS: Fill = |column| {
        let texts: Vec<_> = ["ann", "7", "bob"].into_iter().map(ByteArray::from).collect();
        column.typed::<ByteArrayType>().write_batch(&texts, None, None).map(drop).unwrap();
    };
    const ITEMS: Fill = |column| {
        column.typed::<Int64Type>().write_batch(&[5, -1, 6], None, None).map(drop).unwrap();
    };
    const STARS: Fill = |column| {
        column.typed::<FloatType>().write_batch(&[4.5, 4.0, 1.0], None, None).map(drop).unwrap();
    };

    #[test]
    fn a_parquet_file_is_known_by_its_content_and_its_columns_by_their_names() {
        let schema = "required float Stars; required binary customer (UTF8); required int64 product_id;";
        for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::ZSTD(Default::default())] {
            let path = file(schema, &[STARS, USERS, ITEMS], compression);
            let (found, raw) = found(&path).unwrap();
            assert_eq!(found, "Parquet; users: customer, items: product_id, ratings: Stars");
            assert_eq!(pairs(&raw), [(name("ann"), Id::Number(5)), (Id::Number(7), name("-1"))]);
            assert_eq!((raw.rows, raw.duplicates, raw.ratings), (6, 2, Some([1.0, 4.5])));
            let [source] = &raw.source_files[..] else { panic!("{:?}", raw.source_files) };
            assert_eq!(source.checksum, crate::Checksum::of_file(&path).unwrap());
            assert!(!source.is_cut);
        }
    }

    #[test]
    fn many_rows_and_optional_columns_are_read() {
        let schema = "optional int32 user (UINT_32); required int64 item; optional double plays;";
        let users: Fill = |column| {
            let (levels, users) = (vec![1; 10_000], (0..10_000).map(|user| user - 5).collect::<Vec<_>>());
            column.typed::<Int32Type>().write_batch(&users, Some(&levels), None).map(drop).unwrap();
        };
        let items: Fill = |column| {
            column.typed::<Int64Type>().write_batch(&[3; 10_000], None, None).map(drop).unwrap();
        };
        let plays: Fill = |column| {
            let levels: Vec<i16> = (0..10_000).map(|row| i16::from(row % 2 == 0)).collect();
            column.typed::<DoubleType>().write_batch(&[2.0; 5_000], Some(&levels), None).map(drop).unwrap();
        };
        let path = file(schema, &[users, items, plays], Compression::UNCOMPRESSED);
        let raw = found(&path).unwrap().1;
        assert_eq!((raw.rows, raw.duplicates, raw.pairs.len()), (20_000, 10_000, 10_000));
        assert_eq!(raw.user_ids[..6], [4294967291, 4294967292, 4294967293, 4294967294, 4294967295, 0].map(Id::Number));
        // Where ratings count, each row must have one.
        let found = Found::at(&path, &ColumnNames::default()).unwrap();
        let options = ReadOptions { min_rating: Some(1.0), by_time: false };
        let message = found.read(Input::of_any(&path).unwrap(), &options).unwrap_err().to_string();
        assert!(message.ends_with(": row 2: plays has no value: leave such rows out of the file"), "{message}");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let flags: Fill = |column| {
            column.typed::<parquet::data_type::BoolType>().write_batch(&[true; 3], None, None).map(drop).unwrap();
        };
        for (schema, columns, message) in [
            (
                "required binary who (UTF8); required int64 item;",
                [USERS, ITEMS],
                "FILE: no column of users is known by its name; the columns are who, item: name one with --user-column",
            ),
            (
                "required boolean user; required int64 item;",
                [flags, ITEMS],
                "FILE: column 'user' holds values of type BOOLEAN, but ids are whole numbers or texts: convert it, or name \
                 another",
            ),
        ] {
            assert_eq!(found(&file(schema, &columns, Compression::UNCOMPRESSED)).unwrap_err(), message);
        }
    }

    #[test]
    fn a_parquet_file_that_is_compressed_is_to_be_unpacked() {
        let path = file("required binary user; required int64 item;", &[USERS, ITEMS], Compression::SNAPPY);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, zstd::encode_all(&whole[..], 1).unwrap()).unwrap();
        let message = found(&path).unwrap_err();
        assert!(
            message.ends_with("a Parquet file that is compressed or in an archive: unpack it and name the file"),
            "{message}"
        );
    }

    /// A byte at a time is another; now and then all from there on is gone.
    #[test]
    fn a_damaged_parquet_file_is_read_or_refused_with_a_sentence() {
        let schema = "optional binary user; required int64 item; required float rating;";
        let users: Fill = |column| {
            let texts: Vec<_> = ["ann", "7", "bob"].into_iter().map(ByteArray::from).collect();
            column.typed::<ByteArrayType>().write_batch(&texts, Some(&[1; 3]), None).map(drop).unwrap();
        };
        let path = file(schema, &[users, ITEMS, STARS], SNAPPY);
        let whole = std::fs::read(&path).unwrap();
        let mut refused = 0;
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= [0x01, 0x80, 0xff][at % 3];
            std::fs::write(&path, &damaged).unwrap();
            if let Err(message) = found(&path) {
                refused += 1;
                assert!(message.starts_with("FILE") && message.lines().count() == 1, "{message}");
                assert!(!message.contains("contradicts itself"), "byte {at}: the reader panicked");
            }
            if at % 8 == 0 {
                std::fs::write(&path, &whole[..at]).unwrap();
                assert!(found(&path).is_err(), "cut at {at}");
            }
        }
        assert!(refused > whole.len() / 3, "{refused} of {} damaged files are refused", whole.len());
    }

    #[test]
    fn times_of_a_parquet_file_are_seconds_where_it_says_what_they_are() {
        const TIMES: Fill = |column| {
            let times = [1_391_126_400_000, -1, 1_391_126_400_500];
            column.typed::<Int64Type>().write_batch(&times, None, None).map(drop).unwrap();
        };
        const DAYS: Fill = |column| {
            column.typed::<Int32Type>().write_batch(&[16_101, 0, 1], None, None).map(drop).unwrap();
        };
        const OLD: Fill = |column| {
            let of = |day: u32| {
                let mut time = Int96::new();
                time.set_data(1_500_000_000, 0, 2_440_588 + day);
                time
            };
            column.typed::<Int96Type>().write_batch(&[16_101, 0, 1].map(of), None, None).map(drop).unwrap();
        };
        const TEXTS: Fill = |column| {
            let texts = ["2014-01-31", "1970-01-02T00:00:01Z", "5"].map(ByteArray::from);
            column.typed::<ByteArrayType>().write_batch(&texts, None, None).map(drop).unwrap();
        };
        for (of, fill, expected) in [
            ("int64 when (TIMESTAMP(MILLIS,true))", TIMES, [-0.001, 1_391_126_400.0, 1_391_126_400.5]),
            ("int64 when (TIMESTAMP(NANOS,false))", TIMES, [-1e-9, 1_391.126_4, 1_391.126_400_5]),
            ("int64 when", TIMES, [-1.0, 1_391_126_400_000.0, 1_391_126_400_500.0]),
            ("int32 when (DATE)", DAYS, [0.0, 86_400.0, 1_391_126_400.0]),
            ("int96 when", OLD, [1.5, 86_401.5, 1_391_126_401.5]),
            ("binary when (UTF8)", TEXTS, [5.0, 86_401.0, 1_391_126_400.0]),
        ] {
            let path = file(
                &format!("required int64 item; required binary user; required {of};"),
                &[ITEMS, USERS, fill],
                SNAPPY,
            );
            let names = ColumnNames { time: Some("when".into()), ..ColumnNames::default() };
            let options = ReadOptions { min_rating: None, by_time: true };
            let found = Found::at(&path, &names).unwrap();
            assert!(found.has_times());
            let raw = found.read(Input::of_any(&path).unwrap(), &options).unwrap();
            assert_eq!(raw.times, expected, "{of}");
        }
    }

    #[test]
    fn ids_that_are_whole_are_ids_whatever_their_type() {
        let users: Fill = |column| {
            column.typed::<DoubleType>().write_batch(&[7.0, 0.0, 8.5], None, None).map(drop).unwrap();
        };
        let path = file("required double user; required int64 item;", &[users, ITEMS], SNAPPY);
        assert_eq!(
            found(&path).unwrap_err(),
            "FILE: row 3: user is '8.5', not a whole number of 0 or more: ids are, or texts"
        );
        let users: Fill = |column| {
            column.typed::<DoubleType>().write_batch(&[7.0, 0.0, 8.0], None, None).map(drop).unwrap();
        };
        let raw = found(&file("required double user; required int64 item;", &[users, ITEMS], SNAPPY)).unwrap().1;
        assert_eq!(raw.user_ids, [7, 0, 8].map(Id::Number));
    }
}
