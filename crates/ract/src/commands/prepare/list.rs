//! What can be prepared, as a table: `ract prepare --list`, the help, and the answer to a name that is not known.

use super::{given, n, ncf};
use ract_data::readers::READERS;
use ract_data::sources::{PRESETS, Preset, Source};

pub(super) fn text() -> String {
    let data_sets = PRESETS.iter().flat_map(|preset| rows(preset));
    let formats = READERS.iter().map(|reader| [reader.name, reader.description].map(str::to_owned));
    let ncf = [[ncf::NAME, "Leave one out: the last item of every user is ranked with 99 others."].map(str::to_owned)];
    let given =
        [[given::NAME, "Every user trains; a share of the training items is the validation's."].map(str::to_owned)];
    format!(
        "Public data sets, ract prepare NAME --out DIR:\n{}\n\n\
         Files of your own, ract prepare FORMAT --input PATH --heldout-users N --out DIR:\n{}\n\n\
         The protocol of NCF, ract prepare ncf --input PATH --out DIR:\n{}\n\n\
         Two files that others split, ract prepare split --train FILE --test FILE --out DIR:\n{}",
        table(data_sets),
        table(formats),
        table(ncf),
        table(given)
    )
}

fn table(rows: impl IntoIterator<Item = [String; 2]>) -> String {
    let lines: Vec<_> = rows.into_iter().map(|[name, what]| format!("  {name:<14} {what}")).collect();
    lines.join("\n")
}

fn rows(preset: &Preset) -> [[String; 2]; 5] {
    let Preset { name, title, description, size, licence, .. } = preset;
    let (users, items, interactions) = (n(size.users), n(size.items), n(size.interactions));
    [
        [(*name).to_owned(), format!("{title}: {description}")],
        [String::new(), format!("holds    {interactions} interactions of {users} users and {items} items")],
        [String::new(), format!("split    {}", split(preset))],
        [String::new(), format!("from     {}", origin(preset))],
        [String::new(), format!("licence  {licence}")],
    ]
}

fn split(preset: &Preset) -> String {
    let options = &preset.split;
    let rating = preset.min_rating.map(|min| format!("ratings above {min}, ")).unwrap_or_default();
    let items = match options.min_item_users {
        0 => String::new(),
        users => format!("items with {users} users or more, "),
    };
    let held_out = n(options.heldout_users);
    let users = options.min_user_items;
    format!("{rating}{items}users with {users} items or more; {held_out} users for validation, as many for the test")
}

fn origin(preset: &Preset) -> String {
    let path = preset.path();
    let path = path.display();
    match &preset.source {
        Source::Public(file) => {
            let megabytes = |bytes: u64| format!(" ({:.1} MB)", bytes as f64 / 1e6);
            let size = file.published.as_ref().map(|published| megabytes(published.bytes)).unwrap_or_default();
            format!("{}{size}, downloaded to {path}", file.url)
        }
        Source::ByHand { .. } => format!("put by hand into {path}"),
    }
}
