//! Lines of a user, an item, a rating and a time, with a separator between them and no header.

use super::input::{Input, InputFile};
use super::lines::Lines;
use super::{finite_number, whole_number};
use crate::raw::{Collector, Id, Place, ReadOptions, Row, Rows};
use crate::{RawInteractions, Result};
use std::io::Read;

/// How the lines are written.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// What stands between the fields.
    pub(super) separator: &'static str,
    /// The fields, as messages name them.
    pub(super) fields: [&'static str; 4],
}

/// Reads the lines of one file.
pub(super) struct Ratings<R> {
    lines: Lines<R>,
    layout: Layout,
    timed: bool,
}

impl<R: Read> Ratings<R> {
    /// `file` is the name for errors; times are read when `timed`.
    pub(super) fn new(source: R, file: &str, layout: Layout, timed: bool) -> Self {
        Self { lines: Lines::new(source, file), layout, timed }
    }
}

impl<R: Read> Rows for Ratings<R> {
    fn next(&mut self) -> Result<Option<Row<'_>>> {
        let Self { lines, layout, timed } = self;
        if !lines.advance()? {
            return Ok(None);
        }
        let problem = |problem| lines.place().problem(problem);
        let [user, item, rating, time] = lines.fields(layout.separator, layout.fields)?;
        Ok(Some(Row {
            user: Id::Number(whole_number("user", user).map_err(problem)?),
            item: Id::Number(whole_number("item", item).map_err(problem)?),
            rating: finite_number("rating", rating).map_err(problem)?,
            time: if *timed { Some(finite_number("time", time).map_err(problem)?) } else { None },
        }))
    }

    fn place(&self) -> Place {
        self.lines.place().clone()
    }
}

/// Reads every file of `input`.
pub(super) fn read(input: &mut Input<'_>, options: &ReadOptions, layout: Layout) -> Result<RawInteractions> {
    let mut all = Collector::new(options);
    while let Some(InputFile { source, name }) = input.next()? {
        all.add(Ratings::new(source, &name, layout, options.by_time))?;
    }
    all.finish(input.name())
}
