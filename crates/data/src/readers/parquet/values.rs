//! The values of a column of a Parquet file.

use super::super::{columns::Column, finite_number, refusal, table};
use super::pages::column_reader;
use crate::moment;
use crate::raw::Id;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use std::fs::File;

/// So many rows are in memory at a time.
const ROWS: usize = 4096;
/// Every whole number up to here has a `f64` of its own.
const MOST_WHOLE: f64 = (1_u64 << 53) as f64;
/// What ids may be written as. Programs that know no whole numbers without a value write them as real ones.
pub(super) const IDS: &[Type] = &[Type::INT32, Type::INT64, Type::BYTE_ARRAY, Type::FLOAT, Type::DOUBLE];
/// What ratings and times may be written as.
pub(super) const NUMBERS: &[Type] =
    &[Type::INT32, Type::INT64, Type::INT96, Type::FLOAT, Type::DOUBLE, Type::BYTE_ARRAY];

/// A column, and those of its values that are in memory.
pub(super) struct Values {
    column: Column,
    /// A level below this one says that there is no value.
    most_level: i16,
    is_unsigned: bool,
    unit: Unit,
    reader: Option<ColumnReader>,
    /// `None` where there is no value.
    cells: Vec<Option<Cell>>,
}

enum Cell {
    Whole(i64),
    Unsigned(u64),
    Real(f64),
    Text(ByteArray),
}

/// What a column's numbers are, if it says that they are times.
#[derive(Clone, Copy)]
enum Unit {
    /// It does not say so.
    None,
    Days,
    /// So many parts of a second.
    Parts(f64),
}

impl Unit {
    fn of(column: &ColumnDescriptor) -> Self {
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Timestamp(of)), _) => Self::Parts(match of.unit {
                TimeUnit::MILLIS => 1e3,
                TimeUnit::MICROS => 1e6,
                TimeUnit::NANOS => 1e9,
            }),
            (_, ConvertedType::TIMESTAMP_MILLIS) => Self::Parts(1e3),
            (_, ConvertedType::TIMESTAMP_MICROS) => Self::Parts(1e6),
            (_, ConvertedType::DATE) => Self::Days,
            _ => Self::None,
        }
    }
}

impl Values {
    /// Of a column that has one of the `types`; otherwise, what is wrong.
    pub(super) fn of(file: &SerializedFileReader<File>, column: &Column, types: &[Type]) -> Result<Self, String> {
        let found = file.metadata().file_metadata().schema_descr().column(column.index);
        let (name, of) = (&column.name, found.physical_type());
        if found.max_rep_level() > 0 {
            return Err(format!("column '{name}' holds lists: write a row for each user and item"));
        }
        let converted = found.converted_type();
        if !types.contains(&of) || converted == ConvertedType::DECIMAL {
            let wanted = if types == IDS { "ids are whole numbers or texts" } else { "they are not plain numbers" };
            let kind = if converted == ConvertedType::NONE { of.to_string() } else { converted.to_string() };
            return Err(format!(
                "column '{name}' holds values of type {kind}, but {wanted}: convert it, or name another"
            ));
        }
        let is_unsigned =
            [ConvertedType::UINT_8, ConvertedType::UINT_16, ConvertedType::UINT_32, ConvertedType::UINT_64];
        Ok(Self {
            column: column.clone(),
            most_level: found.max_def_level(),
            is_unsigned: is_unsigned.contains(&converted),
            unit: Unit::of(&found),
            reader: None,
            cells: Vec::new(),
        })
    }

    /// The number of rows in memory.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Goes to the start of a row group, with nothing in memory.
    pub(super) fn start(&mut self, file: &SerializedFileReader<File>, group: usize) -> Result<(), ParquetError> {
        self.reader = Some(column_reader(file, group, self.column.index)?);
        self.cells.clear();
        Ok(())
    }

    /// Takes the next values of the row group into memory; none at its end.
    pub(super) fn advance(&mut self) -> Result<(), ParquetError> {
        let (most, is_unsigned) = (self.most_level, self.is_unsigned);
        self.cells.clear();
        let Some(reader) = &mut self.reader else { return Ok(()) };
        self.cells = match reader {
            ColumnReader::Int32ColumnReader(reader) if is_unsigned => {
                cells(reader, most, |number| Cell::Unsigned(number.cast_unsigned().into()))?
            }
            ColumnReader::Int64ColumnReader(reader) if is_unsigned => {
                cells(reader, most, |number| Cell::Unsigned(number.cast_unsigned()))?
            }
            ColumnReader::Int32ColumnReader(reader) => cells(reader, most, |number| Cell::Whole(number.into()))?,
            ColumnReader::Int64ColumnReader(reader) => cells(reader, most, Cell::Whole)?,
            // The old form of a time.
            ColumnReader::Int96ColumnReader(reader) => {
                cells(reader, most, |time| Cell::Real(time.to_micros() as f64 / 1e6))?
            }
            ColumnReader::FloatColumnReader(reader) => cells(reader, most, |number| Cell::Real(number.into()))?,
            ColumnReader::DoubleColumnReader(reader) => cells(reader, most, Cell::Real)?,
            ColumnReader::ByteArrayColumnReader(reader) => cells(reader, most, Cell::Text)?,
            // Refused by `of`.
            ColumnReader::BoolColumnReader(_) | ColumnReader::FixedLenByteArrayColumnReader(_) => Vec::new(),
        };
        Ok(())
    }

    /// The numbers in memory.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        (0..self.len()).filter_map(|at| self.number(at).ok())
    }

    /// A number, or a text that is read as in other tables. `text` is a place for a number below 0, which is a name.
    pub(super) fn id<'a>(&'a self, at: usize, text: &'a mut String) -> Result<Id<&'a str>, String> {
        let name = &self.column.name;
        match self.cell(at)? {
            Cell::Unsigned(number) => Ok(Id::Number(*number)),
            Cell::Text(bytes) => table::id(name, bytes.data()),
            Cell::Whole(number @ 0..) => Ok(Id::Number(number.cast_unsigned())),
            Cell::Whole(number) => {
                *text = number.to_string();
                Ok(Id::Name(text))
            }
            Cell::Real(number) if number.fract() == 0.0 && (0.0..MOST_WHOLE).contains(number) => {
                Ok(Id::Number(*number as u64))
            }
            Cell::Real(number) => {
                Err(refusal(name, number.to_string().as_bytes(), "not a whole number of 0 or more: ids are, or texts"))
            }
        }
    }

    pub(super) fn number(&self, at: usize) -> Result<f64, String> {
        let name = &self.column.name;
        match self.cell(at)? {
            Cell::Whole(number) => Ok(*number as f64),
            Cell::Unsigned(number) => Ok(*number as f64),
            Cell::Real(number) if number.is_finite() => Ok(*number),
            Cell::Real(number) => Err(refusal(name, number.to_string().as_bytes(), "not a finite number")),
            Cell::Text(bytes) => finite_number(name, bytes.data().trim_ascii()),
        }
    }

    /// Where the column or a text says that it is a time, in seconds since 1970; otherwise in the column's own unit.
    pub(super) fn time(&self, at: usize) -> Result<f64, String> {
        if let Cell::Text(bytes) = self.cell(at)? {
            return moment::of_field(&self.column.name, bytes.data().trim_ascii());
        }
        let number = self.number(at)?;
        Ok(match self.unit {
            Unit::None => number,
            Unit::Days => number * 86_400.0,
            Unit::Parts(parts) => number / parts,
        })
    }

    fn cell(&self, at: usize) -> Result<&Cell, String> {
        let there = self.cells.get(at).and_then(Option::as_ref);
        there.ok_or_else(|| format!("{} has no value: leave such rows out of the file", self.column.name))
    }
}

/// The next values of a column. Only those that are there have one; the levels say where.
fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    most_level: i16,
    cell: impl Fn(T::T) -> Cell,
) -> Result<Vec<Option<Cell>>, ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    reader.read_records(ROWS, Some(&mut levels), None, &mut values)?;
    let mut values = values.into_iter().map(cell);
    if most_level == 0 {
        return Ok(values.map(Some).collect());
    }
    Ok(levels.into_iter().map(|level| if level == most_level { values.next() } else { None }).collect())
}
