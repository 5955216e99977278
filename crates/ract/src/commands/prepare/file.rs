//! `ract prepare FILE`: a file whose format is found by its content, unless it is named.

use super::{Args, check_split, read_as, write};
use crate::commands::print;
use crate::{Error, Result};
use ract_data::readers::{Found, Input};
use ract_data::{ReadOptions, SplitOptions, prepared};
use std::path::Path;

pub(super) fn run(args: &Args, path: &Path, out: &Path) -> Result<()> {
    if args.input.is_some() {
        return Err(Error::Usage("the file is named already: leave out --input".to_owned()));
    }
    check_split(args)?;
    prepared::check_target(out)?;
    let by_time = args.how.needs_times();
    let (raw, min_rating) = match args.format {
        Some(reader) => {
            let input = Input::open(path, &reader.files())?;
            let options = ReadOptions { min_rating: args.min_rating, by_time };
            (read_as(input, &options, |input, options| reader.read(input, options))?, args.min_rating)
        }
        None => {
            let found = Found::at(path, &args.columns())?;
            check_rated(args, path, &found)?;
            if by_time && !found.has_times() {
                return Err(Error::Usage(format!(
                    "{}: no column of times was found in it ({found}), and this --split needs times: name the column with \
                     --time-column, or choose another --split",
                    path.display()
                )));
            }
            let min_rating = args.min_rating.or_else(|| found.threshold());
            let kept = match (min_rating, args.min_rating) {
                (Some(min), None) => format!("\nratings above {min} are kept (--min-rating X for others)"),
                (Some(min), Some(_)) => format!("\nratings above {min} are kept"),
                (None, _) if found.has_ratings() => {
                    "\nevery row counts, whatever its rating (--min-rating X to keep those above X)".to_owned()
                }
                (None, _) => String::new(),
            };
            print(&format!("{}: {found}{kept}", path.display()))?;
            let options = ReadOptions { min_rating, by_time };
            (read_as(Input::of_any(path)?, &options, |input, options| found.read(input, options))?, min_rating)
        }
    };
    let options = args.split_options(&SplitOptions::PUBLISHED);
    let (split, options) =
        args.how.apply(&raw, SplitOptions { drop_empty_users: true, ..options }, args.heldout_users)?;
    write(out, raw, min_rating, &options, &split)
}

/// Checks that a file without ratings is not asked for them.
pub(super) fn check_rated(args: &Args, path: &Path, found: &Found) -> Result<()> {
    if args.min_rating.is_some() && !found.has_ratings() {
        return Err(Error::Usage(format!("{}: it has no ratings: leave out --min-rating", path.display())));
    }
    Ok(())
}
