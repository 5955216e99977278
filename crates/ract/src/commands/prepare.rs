//! `ract prepare`: raw interactions to a folder that runs can train on.

mod ncf;

use super::thousands as n;
use crate::fetch::PublicFile;
use crate::preset::{Format, Preset, Source, netflix_files};
use crate::raw_file::RawFile;
use crate::{Error, Result, raw_file};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use ract_data::prepared::{Meta, Protocol};
use ract_data::{RawInteractions, SplitOptions, prepared, split};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// In an archive of ratings.
const CSV: &str = "ratings.csv";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which data: a public data set with its published options, or any CSV file
    name: Name,
    /// The folder to write; an older prepared data set there is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What to read instead of the public data: a file of their format, an archive of it, or Netflix's folder; for csv a
    /// file with the columns userId or user, movieId or item, and maybe rating, or a zip archive with a ratings.csv; for
    /// ncf the same with a column timestamp, or what comes before .train.rating in the names of the authors' files
    #[arg(long, value_name = "PATH")]
    input: Option<PathBuf>,
    /// Keep ratings above this threshold
    #[arg(long, value_name = "X")]
    min_rating: Option<f64>,
    /// Leave out users with fewer items, after the items were filtered [default: 5; msd: 20]
    #[arg(long, value_name = "N")]
    min_user_items: Option<usize>,
    /// Leave out items with fewer users [default: 0; msd: 200]
    #[arg(long, value_name = "N")]
    min_item_users: Option<usize>,
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
    /// The Netflix Prize: ratings above 3.5, 40,000 held-out users; put its files in data/netflix-prize by hand
    Netflix,
    /// The Million Song Dataset's taste profile: users of 20 songs, songs of 200 users, 50,000 held-out users;
    /// data/train_triplets.txt.zip is downloaded when it is missing
    Msd,
    /// The file that --input names, with --heldout-users
    Csv,
    /// Leave one out (NCF): each user's last item, to be found among 99 others
    Ncf,
}

impl Name {
    fn preset(self) -> Preset {
        match self {
            Self::Ml20m => Preset::ML_20M,
            Self::Netflix => Preset::NETFLIX,
            Self::Msd => Preset::MSD,
            Self::Csv | Self::Ncf => Preset::CSV,
        }
    }
}

pub(crate) fn run(args: Args) -> Result<()> {
    let preset = args.name.preset();
    let min_rating = args.min_rating.or(preset.min_rating);
    if min_rating.is_some_and(|min| !min.is_finite()) {
        return Err(Error::Usage("--min-rating must be a finite number".to_owned()));
    }
    if args.name == Name::Ncf {
        return ncf::run(args);
    }
    let options = SplitOptions {
        min_user_items: args.min_user_items.unwrap_or(preset.min_user_items),
        min_item_users: args.min_item_users.unwrap_or(preset.min_item_users),
        heldout_users: args
            .heldout_users
            .or(preset.heldout_users)
            .ok_or_else(|| missing("csv", "--heldout-users N"))?,
        seed: args.seed,
        drop_empty_users: args.drop_empty_users,
    };
    // Before the long work.
    prepared::check_target(&args.out)?;
    let input = match (args.input, preset.source) {
        (input, Source::Public(file, path)) => public_file(input, &file, path)?,
        (Some(input), _) => input,
        (None, Source::ByHand(path)) => path.into(),
        (None, Source::Input) => return Err(missing("csv", "--input PATH")),
    };

    let raw = read(&input, preset.format, min_rating)?;
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

/// Where a public file is: a plain file that was named is taken as it is, an archive must be the public one.
fn public_file(input: Option<PathBuf>, file: &PublicFile, path: &str) -> Result<PathBuf> {
    let is_named = input.is_some();
    let path = input.unwrap_or_else(|| path.into());
    if is_named && !raw_file::is_zip(&path) {
        return Ok(path);
    }
    let known = file.expected(&path)?.map(|expected| expected.bytes);
    let bar = bar(known.or_else(|| Some(path.metadata().ok()?.len())));
    if is_named || path.exists() {
        bar.set_message("checking");
        file.check(&path, |bytes| bar.set_position(bytes))?;
    } else {
        bar.set_message("downloading");
        file.download(&path, |bytes| bar.set_position(bytes))?;
    }
    bar.finish_and_clear();
    Ok(path)
}

fn read(input: &Path, format: Format, min_rating: Option<f64>) -> Result<RawInteractions> {
    match format {
        Format::Csv => read_one(input, CSV, |source, name| RawInteractions::read_csv(source, name, min_rating)),
        Format::Triplets => read_one(input, "train_triplets.txt", |source, name| {
            RawInteractions::read_triplets(source, name, min_rating)
        }),
        Format::Netflix => read_netflix(input, min_rating),
    }
}

/// Reads a file, or the one of the name `wanted` in an archive.
fn read_one(
    input: &Path,
    wanted: &str,
    read: impl FnOnce(Box<dyn Read + '_>, &str) -> ract_data::Result<RawInteractions>,
) -> Result<RawInteractions> {
    raw_file::open(input, wanted, |RawFile { source, name, bytes }| {
        let bar = bar(Some(bytes)).with_message("reading");
        let raw = read(Box::new(bar.wrap_read(source)), &name);
        bar.finish_and_clear();
        Ok(raw?)
    })
}

fn read_netflix(input: &Path, min_rating: Option<f64>) -> Result<RawInteractions> {
    let paths = netflix_files(input)?;
    let bytes = paths.iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum();
    let bar = bar(Some(bytes)).with_message("reading");
    let open = |path: &PathBuf| {
        let file = File::open(path).map_err(Error::file("read", path))?;
        Ok((bar.wrap_read(file), path.display().to_string()))
    };
    let files = paths.iter().map(open).collect::<Result<Vec<_>>>()?;
    let raw = RawInteractions::read_netflix(files, &input.display().to_string(), min_rating);
    bar.finish_and_clear();
    Ok(raw?)
}

/// On stderr; hidden when that is not a terminal. Without a number of bytes it tells how many have come.
fn bar(bytes: Option<u64>) -> ProgressBar {
    let (bar, template) = match bytes {
        Some(bytes) => (ProgressBar::new(bytes), "{msg:>12} {bar:30} {percent:>3}%  {bytes_per_sec}  {eta:>4} left"),
        None => (ProgressBar::no_length(), "{msg:>12} {bytes}  {bytes_per_sec}"),
    };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
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
