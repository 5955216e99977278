//! `ract score`: what a run's critic expects of rankings that any system made.

use super::chosen_run::ChosenRun;
use super::output::Output;
use super::terminal::Terminal;
use crate::recommend::{Judge, Judged, Quality, Source};
use crate::tabular::{Cell, Table};
use crate::{Error, Result};
use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    chosen: ChosenRun,
    /// A file with a line of JSON for each user: {"user": "ann", "items": ["a", "b"], "list": ["b", "c", "a"]}, with the user's
    /// items and a ranking, best first, the user's own items among it; or instead of the list "scores": {"a": 2.5, "b": 0.1};
    /// - for stdin
    #[arg(long, value_name = "FILE")]
    lists: PathBuf,
    /// Judge rankings by their first N items
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    depth: u32,
    #[command(flatten)]
    output: Output,
}

const COLUMNS: [&str; 4] = ["user", "expected", "known", "ranked"];

pub(crate) fn run(args: Args) -> Result<()> {
    let source = Source::open(&args.chosen.run)?;
    let mut recommender = source.recommender(args.chosen.role)?;
    let lines: Box<dyn BufRead> = match args.lists.as_path() {
        path if path == Path::new("-") => Box::new(std::io::stdin().lock()),
        path => Box::new(BufReader::new(File::open(path).map_err(Error::file("read", path))?)),
    };
    let judge = Judge::of_rankings(&mut recommender, source.data(), args.depth as usize)?;
    let failed = |error: &dyn Display| Error::Failed(format!("cannot write to stdout: {error}"));
    let mut written: Option<csv::Writer<_>> = None;
    let (mut kinds, mut blind, mut all): ([Option<Quality>; 2], _, _) = ([None; 2], 0, 0);
    let mut lines = (1_usize..).zip(lines.lines());
    loop {
        let block: Vec<Judged> = lines
            .by_ref()
            .filter(|(_, line)| !line.as_ref().is_ok_and(|line| line.trim().is_empty()))
            .take(recommender.users_at_once())
            .map(|(number, line)| parsed(&args.lists, number, &line.map_err(Error::file("read", &args.lists))?))
            .collect::<Result<_>>()?;
        if block.is_empty() {
            break;
        }
        let mut table = Table::new(COLUMNS);
        for (judged, judgement) in block.iter().zip(judge.of(&mut recommender, &source.names, &block)?) {
            kinds[usize::from(judged.scores.is_some())] = Some(*judge.quality(judged));
            blind += usize::from(!judgement.has_own);
            all += 1;
            let expected = Cell::of(format!("{:.4}", judgement.expected), judgement.expected);
            let (known, ranked) = (Cell::number(judgement.known), Cell::number(judgement.ranked));
            table.add_row([judged.user.clone().into(), expected, known, ranked]);
        }
        if args.output.json {
            args.output.print(&table)?;
            continue;
        }
        // Not before: a file that is none leaves stdout empty.
        let is_first = written.is_none();
        let written = written.get_or_insert_with(|| csv::Writer::from_writer(std::io::stdout().lock()));
        let header = is_first.then(|| COLUMNS.map(str::to_owned).to_vec());
        header
            .into_iter()
            .chain(table.texts())
            .try_for_each(|row| written.write_record(row))
            .map_err(|error| failed(&error))?;
    }
    written.map_or(Ok(()), |mut written| written.flush()).map_err(|error| failed(&error))?;
    let terminal = Terminal::new();
    let judged = ["lists", "scores"].into_iter().zip(kinds).filter_map(|(what, quality)| Some((what, quality?)));
    for (what, quality) in judged {
        let (metric, users) = (quality.metric, super::thousands(quality.users));
        terminal.line(&format!("expected {metric} of {what}, on this run's rankings of {users} test users: {quality}"));
    }
    if blind > 0 {
        let (blind, all) = (super::thousands(blind), super::thousands(all));
        terminal.line(&format!(
            "{blind} of {all} rankings have none of their user's items among the first {}: the critic sees nothing of them",
            args.depth
        ));
    }
    Ok(())
}

fn parsed(file: &Path, number: usize, line: &str) -> Result<Judged> {
    let problem = |problem: &dyn Display| Error::Usage(format!("{}, line {number}: {problem}", file.display()));
    let judged: Judged = serde_json::from_str(line).map_err(|error| problem(&error))?;
    match judged.problem() {
        None => Ok(judged),
        Some(what) => Err(problem(&what)),
    }
}
