//! `ract prepare`: raw interactions to a folder that runs can train on.

mod file;
mod given;
mod how;
mod list;
mod ncf;
mod published;
mod summary;

use self::how::How;
use super::thousands as n;
use crate::{Error, Result};
use indicatif::{ProgressBar, ProgressStyle};
use ract_data::prepared::Meta;
use ract_data::readers::{ColumnNames, Input, READERS, Reader, is_tar, is_zip};
use ract_data::sources::{Preset, PublicFile, Source};
use ract_data::{DataError, RawInteractions, ReadOptions, Split, SplitOptions, prepared, split};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
#[command(arg_required_else_help = true, after_help = list::text())]
pub(crate) struct Args {
    /// A file of your own, whose format is found by its content; or a public data set with its published options, a format,
    /// ncf, or split: all are listed below
    #[arg(required_unless_present = "list", value_name = "FILE|NAME", value_parser = Name::parse)]
    name: Option<Name>,
    /// List the public data sets, with their licences, and the formats
    #[arg(long)]
    list: bool,
    /// The folder to write; an older prepared data set there is replaced
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    out: Option<PathBuf>,
    /// What to read instead of the public data: a file, a folder of files, or a zip or tar archive of them, in the data set's
    /// format or in CSV; for ncf a file with times, or what comes before .train.rating in the names of the authors' files
    #[arg(long, value_name = "PATH")]
    input: Option<PathBuf>,
    /// The training file that others published, for `ract prepare split`; its format is found by its content
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,
    /// The test file of the same publisher
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
    /// Download the public file from here: its address, or that of its folder, with / at the end
    #[arg(long, value_name = "URL", conflicts_with = "input")]
    mirror: Option<String>,
    /// The format of --input, when it is another than the data set's [default for a name that ends with .csv: csv]
    #[arg(long, value_name = "FORMAT", value_parser = format_named)]
    format: Option<&'static Reader>,
    /// The column of users, in a file of your own with a header that names it unusually
    #[arg(long, value_name = "NAME")]
    user_column: Option<String>,
    /// The column of items
    #[arg(long, value_name = "NAME")]
    item_column: Option<String>,
    /// The column of ratings
    #[arg(long, value_name = "NAME")]
    rating_column: Option<String>,
    /// The column of times: numbers, or dates such as 2014-01-31 and 2014-01-31T12:00:00Z
    #[arg(long, value_name = "NAME")]
    time_column: Option<String>,
    #[command(flatten)]
    how: How,
    /// Keep ratings above this threshold [default: the data set's; for a file of your own with one to five stars: 3.5]
    #[arg(long, value_name = "X")]
    min_rating: Option<f64>,
    /// Leave out users with fewer items, after the items were filtered [default: the data set's, or 5]
    #[arg(long, value_name = "N")]
    min_user_items: Option<usize>,
    /// Leave out items with fewer users [default: the data set's, or 0]
    #[arg(long, value_name = "N")]
    min_item_users: Option<usize>,
    /// Number of validation users, and of test users [default: the data set's; for a file of your own: a tenth of the users that are left, at most 10,000]
    #[arg(long, value_name = "N")]
    heldout_users: Option<usize>,
    /// Seed of the split; the published splits have the default
    #[arg(long, default_value_t = SplitOptions::PUBLISHED.seed)]
    seed: u32,
    /// Leave out held-out users who have no item that a training user has, as the published procedure does
    #[arg(long)]
    drop_empty_users: bool,
}

/// What is prepared.
#[derive(Clone)]
enum Name {
    File(PathBuf),
    DataSet(&'static Preset),
    Format(&'static Reader),
    Ncf,
    Given,
}

impl Name {
    fn parse(name: &str) -> std::result::Result<Self, String> {
        let data_set = || Preset::named(name).map(Self::DataSet);
        let format = || Reader::named(name).map(Self::Format);
        let ncf = (name == ncf::NAME).then_some(Self::Ncf);
        let file = || Path::new(name).exists().then(|| Self::File(name.into()));
        let given = (name == given::NAME).then_some(Self::Given);
        let known = ncf.or(given).or_else(data_set).or_else(format).or_else(file);
        known.ok_or_else(|| format!("there is no such data set and no such file\n\n{}", list::text()))
    }
}

fn format_named(name: &str) -> std::result::Result<&'static Reader, String> {
    Reader::named(name).ok_or_else(|| {
        let names: Vec<_> = READERS.iter().map(|reader| reader.name).collect();
        format!("the formats are {}", names.join(", "))
    })
}

pub(crate) fn run(args: Args) -> Result<()> {
    let (Some(name), Some(out), false) = (&args.name, &args.out, args.list) else {
        super::print(&list::text())?;
        return Ok(());
    };
    if args.min_rating.is_some_and(|min| !min.is_finite()) {
        return Err(Error::Usage("--min-rating must be a finite number".to_owned()));
    }
    if args.mirror.is_some() && !matches!(name, Name::DataSet(_)) {
        return Err(Error::Usage("--mirror is for the public data sets: leave it out".to_owned()));
    }
    if !args.how.is_default() && !matches!(name, Name::File(_) | Name::DataSet(_) | Name::Given) {
        let message =
            "--split and its options are for public data sets and for a file whose format is found: leave them out";
        return Err(Error::Usage(message.to_owned()));
    }
    if args.train.as_ref().or(args.test.as_ref()).is_some() && !matches!(name, Name::Given) {
        return Err(Error::Usage("--train and --test are for `ract prepare split`: leave them out".to_owned()));
    }
    let may_name_columns = matches!(name, Name::File(_) | Name::Given) && args.format.is_none();
    if args.columns() != ColumnNames::default() && !may_name_columns {
        return Err(Error::Usage(
            "columns are named for a file of your own whose format is found: leave them out".to_owned(),
        ));
    }
    match name {
        Name::File(path) => file::run(&args, path, out),
        Name::DataSet(preset) => data_set(&args, preset, out),
        Name::Format(reader) => own_file(&args, reader, out),
        Name::Ncf => ncf::run(&args, out),
        Name::Given => given::run(&args, out),
    }
}

/// A public data set, or what is given in its place.
fn data_set(args: &Args, preset: &Preset, out: &Path) -> Result<()> {
    check_split(args)?;
    let options = args.split_options(&preset.split);
    let named = args.format.or_else(|| Reader::of_file(args.input.as_deref()?));
    let reader = named.unwrap_or(preset.reader);
    let by_time = args.how.needs_times();
    if by_time && !reader.has_times {
        return Err(Error::Usage(format!(
            "{} has no times, and this --split needs times: choose another --split",
            preset.name
        )));
    }
    prepared::check_target(out)?;
    let path = match (&preset.source, &args.mirror) {
        (Source::Public(file), mirror) => {
            let file = mirror.as_ref().map_or_else(|| file.clone(), |mirror| file.from_mirror(mirror));
            public_file(args.input.as_deref(), preset, &file, &preset.path())?
        }
        (Source::ByHand { .. }, Some(_)) => {
            return Err(Error::Usage(format!("{} is not downloaded: leave out --mirror", preset.name)));
        }
        (Source::ByHand { .. }, None) => args.input.clone().unwrap_or_else(|| preset.path()),
    };
    let input = match named {
        Some(reader) => Input::open(&path, &reader.files())?,
        None => preset.open(&path)?,
    };
    let min_rating = args.min_rating.or(preset.min_rating);
    let read_options = ReadOptions { min_rating, by_time };
    let raw = read_as(input, &read_options, |input, options| reader.read(input, options))?;
    let heldout_users = Some(options.heldout_users);
    let (split, options) = args.how.apply(&raw, options, heldout_users)?;
    let meta = write_folder(out, raw, min_rating, &options, &split)?;
    match published::text(&meta, preset, is_public_archive(&path, preset)) {
        Some(text) => super::print(&text),
        None => Ok(()),
    }
}

/// Checks that what is said of the split belongs together.
fn check_split(args: &Args) -> Result<()> {
    args.how.check()?;
    if !args.how.holds_out_users() && (args.heldout_users.is_some() || args.drop_empty_users) {
        let message = "with this --split every user trains: leave out --heldout-users and --drop-empty-users";
        return Err(Error::Usage(message.to_owned()));
    }
    Ok(())
}

/// A file in that format.
fn own_file(args: &Args, reader: &Reader, out: &Path) -> Result<()> {
    if args.format.is_some() {
        return Err(Error::Usage(format!("{} is a format already: leave out --format", reader.name)));
    }
    if args.heldout_users.is_none() {
        return Err(missing(reader.name, "--heldout-users N"));
    }
    let input = args.input.as_deref().ok_or_else(|| missing(reader.name, "--input PATH"))?;
    prepared::check_target(out)?;
    let options = args.split_options(&SplitOptions::PUBLISHED);
    let input = Input::open(input, &reader.files())?;
    let raw = read(input, args.min_rating, |input, options| reader.read(input, options))?;
    hold_out_users(raw, args.min_rating, &options, out)
}

impl Args {
    fn columns(&self) -> ColumnNames {
        ColumnNames {
            user: self.user_column.clone(),
            item: self.item_column.clone(),
            rating: self.rating_column.clone(),
            time: self.time_column.clone(),
        }
    }

    fn split_options(&self, default: &SplitOptions) -> SplitOptions {
        SplitOptions {
            min_user_items: self.min_user_items.unwrap_or(default.min_user_items),
            min_item_users: self.min_item_users.unwrap_or(default.min_item_users),
            heldout_users: self.heldout_users.unwrap_or(default.heldout_users),
            seed: self.seed,
            drop_empty_users: self.drop_empty_users,
        }
    }
}

fn missing(name: &str, flag: &str) -> Error {
    Error::Usage(format!("`ract prepare {name}` needs {flag}"))
}

/// Where a public file is: a plain file that was named is taken as it is, an archive of the kind of the public
/// one must be that one.
fn public_file(input: Option<&Path>, preset: &Preset, file: &PublicFile, path: &Path) -> Result<PathBuf> {
    let is_named = input.is_some();
    let path = input.unwrap_or(path);
    if is_named && !is_public_archive(path, preset) {
        return Ok(path.to_owned());
    }
    let known = file.expected(path)?.map(|expected| expected.bytes);
    let bar = bar(known.or_else(|| Some(path.metadata().ok()?.len())));
    if is_named || path.exists() {
        bar.set_message("checking");
        file.check(path, |path| preset.accepts(path), |bytes| bar.set_position(bytes))?;
    } else {
        bar.set_message("downloading");
        file.download(path, |path| preset.accepts(path), |bytes| bar.set_position(bytes))?;
    }
    bar.finish_and_clear();
    Ok(path.to_owned())
}

/// Whether `path` is an archive of the kind of the public one, which [`public_file`] then holds it to.
fn is_public_archive(path: &Path, preset: &Preset) -> bool {
    let public = preset.path();
    (is_zip(path) && is_zip(&public)) || (is_tar(path) && is_tar(&public))
}

/// By the published procedure.
fn hold_out_users(raw: RawInteractions, min_rating: Option<f64>, options: &SplitOptions, out: &Path) -> Result<()> {
    let split = split(&raw, options)?;
    write(out, raw, min_rating, options, &split)
}

fn read(
    input: Input<'_>,
    min_rating: Option<f64>,
    of: impl FnOnce(Input<'_>, &ReadOptions) -> Result<RawInteractions, DataError>,
) -> Result<RawInteractions> {
    read_as(input, &ReadOptions { min_rating, by_time: false }, of)
}

fn read_as(
    input: Input<'_>,
    options: &ReadOptions,
    of: impl FnOnce(Input<'_>, &ReadOptions) -> Result<RawInteractions, DataError>,
) -> Result<RawInteractions> {
    let bar = bar(Some(input.bytes())).with_message("reading");
    let raw = of(input.with_progress(|bytes| bar.set_position(bytes)), options);
    bar.finish_and_clear();
    Ok(raw?)
}

/// Writes the folder, and says what is in it.
fn write(
    out: &Path,
    raw: RawInteractions,
    min_rating: Option<f64>,
    options: &SplitOptions,
    split: &Split,
) -> Result<()> {
    write_folder(out, raw, min_rating, options, split).map(drop)
}

/// As [`write`], and returns what is in `meta.json`. Takes `raw`, which is large, so that it is gone before the files are
/// written.
fn write_folder(
    out: &Path,
    raw: RawInteractions,
    min_rating: Option<f64>,
    options: &SplitOptions,
    split: &Split,
) -> Result<Meta> {
    let meta = Meta::new(&raw, min_rating, options, split);
    drop(raw);
    let meta = prepared::write(out, split, &meta)?;
    super::print(&summary::text(out, &meta, [split.validation_users(), split.test_users()]))?;
    Ok(meta)
}

/// On stderr; hidden when that is not a terminal. Without a number of bytes it tells how many have come.
fn bar(bytes: Option<u64>) -> ProgressBar {
    let (bar, template) = match bytes {
        Some(bytes) => (ProgressBar::new(bytes), "{msg:>12} {bar:30} {percent:>3}%  {bytes_per_sec}  {eta:>4} left"),
        None => (ProgressBar::no_length(), "{msg:>12} {bytes}  {bytes_per_sec}"),
    };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
