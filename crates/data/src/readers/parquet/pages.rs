//! The pages of a column. The crate that reads them takes it for granted that some things are right, which are checked here.

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::File;

/// The reader of the column `index` in a row group.
pub(super) fn column_reader(file: &SerializedFileReader<File>, group: usize, index: usize) -> Result<ColumnReader> {
    let wrong = |what: &str| ParquetError::General(what.to_owned());
    let described = file.metadata().row_group(group);
    let column = described.columns().get(index).ok_or_else(|| wrong("a row group lacks a column"))?;
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    if start < 0 || column.compressed_size() < 0 {
        return Err(wrong("a column starts or ends before the file"));
    }
    let pages = file.get_row_group(group)?.get_column_page_reader(index)?;
    Ok(get_column_reader(column.column_descr_ptr(), Box::new(Checked { pages, has_dictionary: false })))
}

struct Checked {
    pages: Box<dyn PageReader>,
    has_dictionary: bool,
}

impl Checked {
    fn check(&mut self, page: Page) -> Result<Page> {
        let needs_dictionary = matches!(page.encoding(), Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
        match page {
            Page::DictionaryPage { .. } => self.has_dictionary = true,
            _ if needs_dictionary && !self.has_dictionary => {
                return Err(ParquetError::General("a page lacks its dictionary".to_owned()));
            }
            _ => {}
        }
        Ok(page)
    }
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.map(|page| self.check(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}
