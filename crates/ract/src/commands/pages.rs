//! `ract pages`: renders the tables in Markdown pages again. A table that a command printed stands between two comments:
//! `<!-- ract table 4 --kept -->` and `<!-- end -->`.

use crate::run::layout::pages;
use crate::{Error, Result};
use ract_data::atomic_file;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The pages [default: README.md and experiments/*.md]
    pages: Vec<PathBuf>,
    /// Write the tables into the pages, instead of comparing
    #[arg(long)]
    write: bool,
}

/// The start of the comment before a table, and the end of that comment.
const COMMAND: [&str; 2] = ["<!-- ract ", " -->"];
/// The comment after a table.
const END: &str = "<!-- end -->";
/// The subcommands that may stand in a page: those that only read what the repository keeps.
const ALLOWED: [&str; 6] = ["table", "compare", "show", "speed", "sweep", "list"];
/// Where the results are that a page may show.
const KEPT: [&str; 2] = ["experiments/results/", "experiments/speed/"];
/// Those of them that train what is missing, unless `--kept` forbids it.
const TRAINING: [&str; 2] = ["table", "sweep"];

pub(crate) fn run(args: Args) -> Result<()> {
    let pages = if args.pages.is_empty() { pages()? } else { args.pages };
    let (mut tables, mut outdated) = (0, Vec::new());
    for page in &pages {
        let text = fs::read_to_string(page).map_err(Error::file("read", page))?;
        let rendered = render(page, &text, |command| run_command(page, command))?;
        tables += rendered.tables;
        outdated.extend(rendered.outdated);
        if args.write && rendered.text != text {
            atomic_file::save(page, rendered.text)?;
        }
    }
    if args.write || outdated.is_empty() {
        let count = if args.write { format!(", {} of them anew", outdated.len()) } else { String::new() };
        super::print(&format!("{tables} tables in {} pages are as their commands print them{count}", pages.len()))?;
        return Ok(());
    }
    let what = outdated.join("; ");
    Err(Error::Failed(format!("not as the command prints it: {what}. `ract pages --write` writes them anew")))
}

/// A page with its tables rendered again.
struct Rendered {
    text: String,
    /// Number of tables.
    tables: usize,
    /// Place and command of each table that was different.
    outdated: Vec<String>,
}

/// Renders the page `text`; `print` gives the output of a command.
fn render(page: &Path, text: &str, mut print: impl FnMut(&str) -> Result<String>) -> Result<Rendered> {
    let mut rendered = Rendered { text: String::new(), tables: 0, outdated: Vec::new() };
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        rendered.text += &format!("{line}\n");
        let command = line.trim().strip_prefix(COMMAND[0]).and_then(|rest| rest.strip_suffix(COMMAND[1]));
        let Some(command) = command else { continue };
        let place = format!("{}, line {}", page.display(), number + 1);
        let mut found = String::new();
        loop {
            match lines.next() {
                Some((_, END)) => break,
                Some((_, line)) => found += &format!("{line}\n"),
                None => return Err(Error::Failed(format!("{place}: no `{END}` follows: add it after the table"))),
            }
        }
        let printed = format!("{}\n", print(command)?.trim_end());
        rendered.tables += 1;
        if printed != found {
            rendered.outdated.push(format!("{place} (ract {command})"));
        }
        rendered.text += &format!("{printed}{END}\n");
    }
    Ok(rendered)
}

/// What `ract COMMAND` prints.
fn run_command(page: &Path, command: &str) -> Result<String> {
    let wrong = |problem: String| Error::Failed(format!("{}: ract {command}: {problem}", page.display()));
    let words: Vec<&str> = command.split_whitespace().collect();
    if words.first().is_none_or(|word| !ALLOWED.contains(word)) {
        return Err(wrong(format!("a page may only hold the output of {}", ALLOWED.join(", "))));
    }
    if TRAINING.contains(&words[0]) && !words.contains(&"--kept") {
        return Err(wrong("it could train what is missing: add --kept".to_owned()));
    }
    let is_path = |word: &&&str| {
        word.contains('/') && KEPT.iter().all(|kept| !word.starts_with(kept)) && !word.ends_with(".toml")
    };
    if let Some(path) = words.iter().find(is_path) {
        return Err(wrong(format!("{path} is not in {}, which all have", KEPT.join(" or "))));
    }
    let program = std::env::current_exe().map_err(|error| wrong(error.to_string()))?;
    let output = Command::new(program).args(words).output().map_err(|error| wrong(error.to_string()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(wrong(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A page\n<!-- ract table 1 -->\n| old |\n<!-- end -->\nafter\n";

    fn rendered(text: &str, printed: &str) -> Rendered {
        render(Path::new("page.md"), text, |_| Ok(printed.to_owned())).unwrap()
    }

    #[test]
    fn a_table_that_its_command_prints_otherwise_is_found_and_written_anew() {
        let Rendered { text, tables, outdated } = rendered(PAGE, "| new |\n");
        assert_eq!(text, PAGE.replace("old", "new"));
        assert_eq!((tables, outdated), (1, vec!["page.md, line 2 (ract table 1)".to_owned()]));
        assert!(rendered(PAGE, "| old |\n").outdated.is_empty());
    }

    #[test]
    fn a_table_without_an_end_is_an_error_with_its_line() {
        let error = render(Path::new("page.md"), "<!-- ract list -->\n| x |\n", |_| Ok(String::new())).err().unwrap();
        assert!(error.to_string().starts_with("page.md, line 1: no `<!-- end -->` follows"), "{error}");
    }

    #[test]
    fn only_commands_that_read_may_stand_in_a_page() {
        let error = run_command(Path::new("page.md"), "run experiments/demo.toml").unwrap_err().to_string();
        assert!(
            error.ends_with("a page may only hold the output of table, compare, show, speed, sweep, list"),
            "{error}"
        );
        let error = run_command(Path::new("page.md"), "compare runs/a runs/b").unwrap_err().to_string();
        assert!(
            error.ends_with("runs/a is not in experiments/results/ or experiments/speed/, which all have"),
            "{error}"
        );
        let error = run_command(Path::new("page.md"), "table 4").unwrap_err().to_string();
        assert!(error.ends_with("add --kept"), "{error}");
    }
}
