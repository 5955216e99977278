//! `ract prepare split`: a training and a test file that others published.

use super::file::check_rated;
use super::{Args, missing, read, write};
use crate::commands::print;
use crate::{Error, Result};
use ract_data::known_users::Given;
use ract_data::readers::{Found, Input};
use ract_data::{RawInteractions, SplitOptions, prepared};
use std::path::Path;

/// As in `ract prepare NAME`.
pub(super) const NAME: &str = "split";

pub(super) fn run(args: &Args, out: &Path) -> Result<()> {
    let train = args.train.as_deref().ok_or_else(|| missing(NAME, "--train FILE"))?;
    let test = args.test.as_deref().ok_or_else(|| missing(NAME, "--test FILE"))?;
    if args.heldout_users.is_some() || args.drop_empty_users || args.min_user_items.or(args.min_item_users).is_some() {
        let message = "the two files are taken as they are: leave out --heldout-users, --drop-empty-users, \
                       --min-user-items and --min-item-users";
        return Err(Error::Usage(message.to_owned()));
    }
    if args.input.is_some() {
        return Err(Error::Usage("the files are named by --train and --test: leave out --input".to_owned()));
    }
    let validation_share = args.how.only_validation_share()?;
    prepared::check_target(out)?;
    let (train, test) = match args.format {
        Some(reader) => {
            let read = |path: &Path| {
                let input = Input::open(path, &reader.files())?;
                read(input, args.min_rating, |input, options| reader.read(input, options))
            };
            (read(train)?, read(test)?)
        }
        None => {
            let of_train = Found::at(train, &args.columns())?;
            let of_test = Found::at(test, &args.columns())?.beside(&of_train);
            (found(args, train, &of_train)?, found(args, test, &of_test)?)
        }
    };
    let given = Given::join(train, test);
    let split = given.split(validation_share, args.seed)?;
    let (seed, heldout_users) = (args.seed, split.test_users());
    let options = SplitOptions { min_user_items: 0, heldout_users, seed, ..SplitOptions::PUBLISHED };
    write(out, given.interactions, args.min_rating, &options, &split)
}

/// Every row counts, whatever its rating, unless `--min-rating` says otherwise.
fn found(args: &Args, path: &Path, found: &Found) -> Result<RawInteractions> {
    check_rated(args, path, found)?;
    print(&format!("{}: {found}", path.display()))?;
    read(Input::of_any(path)?, args.min_rating, |input, options| found.read(input, options))
}
