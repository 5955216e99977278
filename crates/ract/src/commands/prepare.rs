//! `ract prepare`: raw interactions to a folder that runs can train on.

mod ncf;

use super::thousands as n;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressBarIter, ProgressStyle};
use ract::fetch::{ML_20M, PublicFile};
use ract::raw_file::{self, RawFile};
use ract::{Error, Result};
use ract_data::prepared::{self, Meta, Protocol};
use ract_data::{RawInteractions, SplitOptions, split};
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which data: a public data set with its published options, or any CSV file
    name: Name,
    /// The folder to write; an older prepared data set there is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// CSV file with the columns userId or user, movieId or item, and maybe rating; or a zip archive with a ratings.csv; for
    /// ncf, with a column timestamp, or what comes before .train.rating in the names of the authors' files
    #[arg(long, value_name = "PATH")]
    input: Option<PathBuf>,
    /// Keep ratings above this threshold
    #[arg(long, value_name = "X")]
    min_rating: Option<f64>,
    /// Leave out users with fewer items, after the items were filtered
    #[arg(long, value_name = "N", default_value_t = 5)]
    min_user_items: usize,
    /// Leave out items with fewer users
    #[arg(long, value_name = "N", default_value_t = 0)]
    min_item_users: usize,
    /// Number of validation users, and of test users
    #[arg(long, value_name = "N")]
    heldout_users: Option<usize>,
    /// Seed of the split; the published splits have the default
    #[arg(long, default_value_t = 98765)]
    seed: u32,
    /// Leave out held-out users who have no item that a training user has, as the published procedure does
    #[arg(long)]
    drop_empty_users: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// MovieLens 20M: ratings above 3.5, 10,000 held-out users; data/ml-20m.zip is downloaded when it is missing
    #[value(name = "ml-20m")]
    Ml20m,
    /// The file that --input names, with --heldout-users
    Csv,
    /// Leave one out (NCF): each user's last item, to be found among 99 others
    Ncf,
}

/// The options of a published split, and where its data come from.
struct Preset {
    file: PublicFile,
    path: &'static str,
    min_rating: f64,
    heldout_users: usize,
}

impl Name {
    fn preset(self) -> Option<Preset> {
        match self {
            Self::Ml20m => {
                Some(Preset { file: ML_20M, path: "data/ml-20m.zip", min_rating: 3.5, heldout_users: 10_000 })
            }
            Self::Csv | Self::Ncf => None,
        }
    }
}

pub(crate) fn run(args: Args) -> Result<()> {
    let preset = args.name.preset();
    let min_rating = args.min_rating.or(preset.as_ref().map(|preset| preset.min_rating));
    if min_rating.is_some_and(|min| !min.is_finite()) {
        return Err(Error::Usage("--min-rating must be a finite number".to_owned()));
    }
    if args.name == Name::Ncf {
        return ncf::run(args);
    }
    let heldout_users = args.heldout_users.or(preset.as_ref().map(|preset| preset.heldout_users));
    let options = SplitOptions {
        min_user_items: args.min_user_items,
        min_item_users: args.min_item_users,
        heldout_users: heldout_users.ok_or_else(|| missing("csv", "--heldout-users N"))?,
        seed: args.seed,
        drop_empty_users: args.drop_empty_users,
    };
    // Before the long work.
    prepared::check_target(&args.out)?;
    let input = match (args.input, preset) {
        (Some(input), None) => input,
        (None, None) => return Err(missing("csv", "--input PATH")),
        (input, Some(preset)) => public_file(input, &preset)?,
    };

    let raw = read(&input, |source, name| RawInteractions::read_csv(source, name, min_rating))?;
    let split = split(&raw, &options)?;
    let meta = Meta::new(&raw, min_rating, &options, &split);
    drop(raw);
    prepared::write(&args.out, &split, &meta)?;
    super::print(&summary(&args.out, &meta));
    Ok(())
}

fn missing(name: &str, flag: &str) -> Error {
    Error::Usage(format!("`ract prepare {name}` needs {flag}"))
}

/// Where the preset's data are: a CSV file that was named is taken as it is, an archive must be the published one.
fn public_file(input: Option<PathBuf>, preset: &Preset) -> Result<PathBuf> {
    let is_named = input.is_some();
    let path = input.unwrap_or_else(|| preset.path.into());
    if is_named && !raw_file::is_zip(&path) {
        return Ok(path);
    }
    let bar = bar(preset.file.bytes);
    if is_named || path.exists() {
        bar.set_message("checking");
        preset.file.check(&path, |bytes| bar.set_position(bytes))?;
    } else {
        bar.set_message("downloading");
        preset.file.download(&path, |bytes| bar.set_position(bytes))?;
    }
    bar.finish_and_clear();
    Ok(path)
}

fn read(
    input: &Path,
    reader: impl FnOnce(ProgressBarIter<Box<dyn Read + '_>>, &str) -> ract_data::Result<RawInteractions>,
) -> Result<RawInteractions> {
    raw_file::open(input, |RawFile { source, name, bytes }| {
        let bar = bar(bytes).with_message("reading");
        let raw = reader(bar.wrap_read(source), &name);
        bar.finish_and_clear();
        Ok(raw?)
    })
}

/// On stderr; hidden when that is not a terminal.
fn bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>12} {bar:30} {percent:>3}%  {bytes_per_sec}  {eta:>4} left");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn summary(folder: &Path, meta: &Meta) -> String {
    let (all, counts) = (meta.filtered, &meta.interactions);
    let mut lines = vec![
        format!(
            "{}: of {} rows, {} interactions of {} users and {} items ({:.3}%)",
            folder.display(),
            n(meta.raw_rows as usize),
            n(all.interactions),
            n(all.users),
            n(all.items),
            100.0 * meta.density
        ),
        format!(
            "training    {:>7} users {:>10} interactions, {} items",
            n(meta.training_users),
            n(counts.train),
            n(meta.items)
        ),
    ];
    let held_out = n(meta.options.heldout_users);
    for (set, seen, hidden) in
        [("validation", counts.validation_tr, counts.validation_te), ("test", counts.test_tr, counts.test_te)]
    {
        lines.push(format!("{set:<11} {held_out:>7} users {:>10} interactions to see, {} to find", n(seen), n(hidden)));
    }
    if meta.protocol == Protocol::LeaveOneOut {
        lines.push("each to be found among a few others (the *_candidates.csv)".to_owned());
    }
    if meta.repeated_rows > 0 {
        lines.push(format!("{} repeated rows counted once", n(meta.repeated_rows as usize)));
    }
    if meta.dropped_users > 0 {
        lines.push(format!(
            "{} held-out users left out: no training user has any of their items",
            n(meta.dropped_users)
        ));
    }
    lines.join("\n")
}
