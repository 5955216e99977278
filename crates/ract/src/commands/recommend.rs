//! `ract recommend`: lists of items for the users of a file.

use super::chosen_run::ChosenRun;
use super::terminal::Terminal;
use crate::recommend::{Choice, Form, Histories, History, Lists, Recommender, Source, Titles};
use crate::{Error, Result};
use ract_data::atomic_file::AtomicFile;
use ract_data::{Interactions, Names};
use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    chosen: ChosenRun,
    /// A file of users, a line for each: `user item item ...` with tabs, commas or spaces between them, or JSON such as
    /// {"user": "ann", "items": ["a", "b"]}; - for stdin [default: the run's test users]
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
    /// Number of items for each user
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// A CSV file of items and their titles, such as movies.csv of MovieLens
    #[arg(long, value_name = "FILE")]
    titles: Option<PathBuf>,
    /// A file of items, one a line: only these are recommended
    #[arg(long, value_name = "FILE")]
    candidates: Option<PathBuf>,
    /// A file of items, one a line: these are not recommended
    #[arg(long, value_name = "FILE")]
    exclude: Option<PathBuf>,
    /// Also write the metric that the critic expects of each user's ranking, and say how good such predictions are on the test
    /// users
    #[arg(long)]
    predict: bool,
    /// How the lists are written [default: as the ending of --out says, otherwise csv]
    #[arg(long, value_name = "FORM")]
    form: Option<Form>,
    /// The file to write [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let source = Source::open(&args.chosen.run)?;
    let mut recommender = source.recommender(args.chosen.role)?;
    let items = |path: &Option<PathBuf>| path.as_deref().map_or(Ok(Vec::new()), |path| items(path, &source.names));
    let choice = Choice { top: args.top as usize, among: items(&args.candidates)?, without: items(&args.exclude)? };
    if args.candidates.is_some() && choice.among.is_empty() {
        return Err(Error::Usage("the run knows none of the --candidates".to_owned()));
    }
    if args.predict {
        let quality = recommender.predict(source.data())?;
        let users = super::thousands(quality.users);
        Terminal::new().line(&format!("expected {}, on {users} test users: {quality}", quality.metric));
    }
    let titles = args.titles.as_deref().map(Titles::read).transpose()?;
    let users: Box<dyn Iterator<Item = Result<History>>> = match args.users.as_deref() {
        None => Box::new(source.test_users().map(Ok)),
        Some(path) if path == Path::new("-") => Box::new(Histories::new(std::io::stdin().lock(), "stdin")),
        Some(path) => {
            let file = File::open(path).map_err(Error::file("read", path))?;
            Box::new(Histories::new(file, &path.display().to_string()))
        }
    };
    let form = args.form.unwrap_or_else(|| args.out.as_deref().map_or(Form::Csv, Form::of_file));
    if form == Form::Parquet && args.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Error::Usage("Parquet is no text to read: name a file with --out".to_owned()));
    }
    let write_all = |to: &mut (dyn Write + Send)| {
        let mut lists = Lists::new(to, form, &source.names, titles.as_ref(), args.predict)?;
        let counts = write(users, &source.names, &mut recommender, &choice, &mut lists)?;
        lists.finish()?;
        Ok(counts)
    };
    let counts: Result<Counts> = match &args.out {
        None => write_all(&mut UntilClosed { to: std::io::stdout(), is_closed: false }),
        // The file may be that of the users, and a failure leaves an older file as it was.
        Some(path) => {
            let mut file = AtomicFile::create(path).map_err(Error::file("write", path))?;
            let counts = write_all(file.file())?;
            file.commit().map_err(Error::file("write", path))?;
            Ok(counts)
        }
    };
    counts?.tell();
    Ok(())
}

/// A reader of stdout who has seen enough, such as `head`, is no failure: what follows is dropped.
struct UntilClosed<W> {
    to: W,
    is_closed: bool,
}

impl<W: Write> Write for UntilClosed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.to.write(bytes) {
            _ if self.is_closed => Ok(bytes.len()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(bytes.len())
            }
            written => written,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.is_closed { Ok(()) } else { self.to.flush() }
    }
}

/// Writes the lists of all users. Only a few thousand users are in memory at a time.
fn write<W: Write + Send>(
    mut users: impl Iterator<Item = Result<History>>,
    names: &Names,
    recommender: &mut Recommender<'_>,
    choice: &Choice,
    lists: &mut Lists<'_, W>,
) -> Result<Counts> {
    let mut counts = Counts::default();
    loop {
        let block: Vec<History> = users.by_ref().take(recommender.users_at_once()).collect::<Result<_>>()?;
        if block.is_empty() {
            return Ok(counts);
        }
        let known = |history: &History| history.items.iter().filter_map(|item| names.number(item)).collect::<Vec<_>>();
        let known: Vec<_> = block.iter().map(known).collect();
        let best = recommender.recommend(&Interactions::from_rows(names.items().len(), &known), choice)?;
        for ((history, known), list) in block.iter().zip(&known).zip(&best) {
            counts.add(history, known.len());
            lists.write(history, known.len(), list)?;
        }
    }
}

/// The known items of a file that has one a line, ascending.
fn items(path: &Path, names: &Names) -> Result<Vec<u32>> {
    let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
    let mut items: Vec<u32> = text.lines().filter_map(|item| names.number(item.trim())).collect();
    items.sort_unstable();
    items.dedup();
    Ok(items)
}

/// What the person should know of the users.
#[derive(Default)]
struct Counts {
    users: usize,
    unknown_items: usize,
    users_with_unknown: usize,
    users_without_items: usize,
}

impl Counts {
    fn add(&mut self, history: &History, known: usize) {
        let unknown = history.items.len() - known;
        self.users += 1;
        self.unknown_items += unknown;
        self.users_with_unknown += usize::from(unknown > 0);
        self.users_without_items += usize::from(known == 0);
    }

    fn tell(&self) {
        let terminal = Terminal::new();
        let n = super::thousands;
        if self.unknown_items > 0 {
            let (items, users) = (n(self.unknown_items), n(self.users_with_unknown));
            terminal.line(&format!("{items} items of {users} users are not known to the run: they were left out"));
        }
        if self.users_without_items > 0 {
            let users = n(self.users_without_items);
            terminal.line(&format!(
                "{users} of {} users have no known item: they get the most popular ones",
                n(self.users)
            ));
        }
    }
}
