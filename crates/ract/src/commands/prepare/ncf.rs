//! `ract prepare ncf`: every user trains, and the last item of each is ranked with 99 others.

use super::{Args, missing, read_as, write};
use crate::{Error, Result};
use ract_data::readers::{CSV, Input, NCF_FILES};
use ract_data::{ReadOptions, SplitOptions, leave_one_out, prepared};
use std::path::Path;

/// As in `ract prepare NAME`.
pub(super) const NAME: &str = "ncf";

pub(super) fn run(args: &Args, out: &Path) -> Result<()> {
    let input = args.input.as_deref().ok_or_else(|| missing(NAME, "--input PATH"))?;
    if args.heldout_users.is_some() || args.drop_empty_users {
        let message =
            "`ract prepare ncf` holds out an item of every user: leave out --heldout-users, --drop-empty-users";
        return Err(Error::Usage(message.to_owned()));
    }
    let options = args.split_options(&SplitOptions::PUBLISHED);
    let reader = args.format.unwrap_or(if NCF_FILES.is_prefix(input) { &NCF_FILES } else { &CSV });
    if reader.name == NCF_FILES.name && (args.min_rating.is_some() || options.min_item_users > 0) {
        let message = "the authors' files are taken as they are: leave out --min-rating and --min-item-users";
        return Err(Error::Usage(message.to_owned()));
    }
    prepared::check_target(out)?;
    let by_time = ReadOptions { min_rating: args.min_rating, by_time: true };
    let raw = read_as(Input::open(input, &reader.files())?, &by_time, |input, options| reader.read(input, options))?;
    let split = leave_one_out(&raw, &options)?;
    let options = SplitOptions { heldout_users: split.filtered.users, ..options };
    write(out, raw, args.min_rating, &options, &split)
}
