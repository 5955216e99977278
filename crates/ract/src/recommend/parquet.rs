//! Recommended lists as a Parquet file, a row for each recommended item.

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::io::Write;
use std::sync::Arc;

/// So many rows are in memory at a time.
const ROWS: usize = 1 << 16;

/// Writes rows, a row group at a time.
pub(super) struct ParquetFile<W: Write + Send> {
    file: SerializedFileWriter<W>,
    rows: Rows,
}

/// The columns of the rows that were not written yet.
#[derive(Default)]
struct Rows {
    users: Vec<ByteArray>,
    ranks: Vec<i32>,
    items: Vec<ByteArray>,
    scores: Vec<f32>,
    /// Only the metrics that are there, and for each row whether one is; `None` where they are not wanted.
    expected: Option<(Vec<f64>, Vec<i16>)>,
    /// `None` where they are not wanted.
    titles: Option<Vec<ByteArray>>,
}

/// An item of a list.
pub(super) struct Entry<'a> {
    pub(super) rank: usize,
    pub(super) item: &'a str,
    pub(super) score: f32,
    pub(super) title: Option<&'a str>,
}

impl<W: Write + Send> ParquetFile<W> {
    pub(super) fn new(to: W, predicts: bool, has_titles: bool) -> Result<Self> {
        let expected = if predicts { "optional double expected;" } else { "" };
        let title = if has_titles { "required binary title (UTF8);" } else { "" };
        let schema = format!(
            "message lists {{ required binary user (UTF8); required int32 rank; required binary item (UTF8); \
             required float score; {expected} {title} }}"
        );
        let schema = parse_message_type(&schema)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?;
        let (expected, titles) = (predicts.then(Default::default), has_titles.then(Vec::new));
        Ok(Self { file, rows: Rows { expected, titles, ..Rows::default() } })
    }

    /// The list of a user.
    pub(super) fn write<'e>(
        &mut self,
        user: &str,
        expected: Option<f64>,
        entries: impl Iterator<Item = Entry<'e>>,
    ) -> Result<()> {
        let user = ByteArray::from(user);
        let rows = &mut self.rows;
        for Entry { rank, item, score, title } in entries {
            rows.users.push(user.clone());
            rows.ranks.push(i32::try_from(rank).unwrap_or(i32::MAX));
            rows.items.push(ByteArray::from(item));
            rows.scores.push(score);
            if let Some((values, levels)) = &mut rows.expected {
                values.extend(expected);
                levels.push(expected.is_some().into());
            }
            if let Some(titles) = &mut rows.titles {
                titles.push(ByteArray::from(title.unwrap_or_default()));
            }
        }
        if rows.users.len() >= ROWS { self.write_group() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.write_group().and_then(|()| self.file.close()).map(drop)
    }

    fn write_group(&mut self) -> Result<()> {
        let Rows { users, ranks, items, scores, expected, titles } = &mut self.rows;
        if users.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        write::<ByteArrayType, _>(&mut group, users, None)?;
        write::<Int32Type, _>(&mut group, ranks, None)?;
        write::<ByteArrayType, _>(&mut group, items, None)?;
        write::<FloatType, _>(&mut group, scores, None)?;
        if let Some((values, levels)) = expected {
            write::<DoubleType, _>(&mut group, values, Some(levels))?;
            levels.clear();
        }
        if let Some(titles) = titles {
            write::<ByteArrayType, _>(&mut group, titles, None)?;
        }
        group.close().map(drop)
    }
}

/// Writes the next column of a row group, which is empty from then on. The levels say where a value is, if there need not be one.
fn write<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &mut Vec<T::T>,
    levels: Option<&[i16]>,
) -> Result<()> {
    let missing = || ParquetError::General("a column too many".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, levels, None)?;
    values.clear();
    column.close()
}
