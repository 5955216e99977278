//! `ract prepare ncf`: every user trains, and the last item of each is to be found among 99 others.

use super::{Args, CSV, missing, read_one, summary};
use crate::preset::Preset;
use crate::{Error, Result};
use ract_data::prepared::Meta;
use ract_data::{RawInteractions, SplitOptions, are_ncf_files, leave_one_out, prepared, read_ncf_files};

pub(super) fn run(args: Args) -> Result<()> {
    let Args { out, input, min_rating, min_user_items, min_item_users, heldout_users, seed, drop_empty_users, .. } =
        args;
    let input = input.ok_or_else(|| missing("ncf", "--input PATH"))?;
    if heldout_users.is_some() || drop_empty_users {
        let message =
            "`ract prepare ncf` holds out an item of every user: leave out --heldout-users, --drop-empty-users";
        return Err(Error::Usage(message.to_owned()));
    }
    let min_user_items = min_user_items.unwrap_or(Preset::CSV.min_user_items);
    let min_item_users = min_item_users.unwrap_or(Preset::CSV.min_item_users);
    let published = are_ncf_files(&input);
    if published && (min_rating.is_some() || min_item_users > 0) {
        let message = "the authors' files are taken as they are: leave out --min-rating and --min-item-users";
        return Err(Error::Usage(message.to_owned()));
    }
    prepared::check_target(&out)?;
    let (raw, negatives) = if published {
        let (raw, negatives) = read_ncf_files(&input)?;
        (raw, Some(negatives))
    } else {
        (read_one(&input, CSV, |source, name| RawInteractions::read_csv_by_time(source, name, min_rating))?, None)
    };
    let options = SplitOptions { min_user_items, min_item_users, heldout_users: 0, seed, drop_empty_users };
    let split = leave_one_out(&raw, negatives.as_ref(), &options)?;
    let options = SplitOptions { heldout_users: split.filtered.users, ..options };
    let meta = Meta::new(&raw, min_rating, &options, &split);
    prepared::write(&out, &split, &meta)?;
    crate::commands::print(&summary(&out, &meta));
    Ok(())
}
