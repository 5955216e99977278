//! Programs under strace: their calls to the system, and faults in one of them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The calls that are watched: those that change a disk, and the opening and closing of files. A system that lacks one of
/// them has another in its place.
const WATCHED: &str = "openat,close,write,fsync,fdatasync,ftruncate,?mkdir,mkdirat,?rmdir,?unlink,unlinkat,?rename,\
                       ?renameat,renameat2";

/// A call to the system.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The how manieth call of that name it is, from 1.
    pub(crate) ordinal: usize,
    pub(crate) words: Vec<Word>,
    /// What it returned; `None` when the program was killed before that.
    pub(crate) result: Option<i64>,
    /// Whether the system was not asked, and the program got an error that was made up.
    pub(crate) is_injected: bool,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Word {
    Number(i64),
    Text(Vec<u8>),
    /// Such as flags.
    Other(String),
}

/// What happens instead of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Kill,
    /// The call fails with this error, such as `ENOSPC`.
    Error(&'static str),
}

/// Whether there is a strace that may trace. If not, it is said that the test is skipped.
pub(crate) fn is_there() -> bool {
    let trace = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let is_there = trace.is_ok_and(|status| status.success());
    if !is_there {
        let _ = writeln!(std::io::stderr(), "skipped: there is no strace that may trace programs");
    }
    is_there
}

/// Runs `program` with `arguments` in `folder`, with `fault` in place of a call. Returns what it said, and its calls. Only the
/// first thread is watched; the others of this program open no files.
pub(crate) fn run(
    program: &str,
    arguments: &[&str],
    folder: &Path,
    fault: Option<(&Call, Fault)>,
) -> (Output, Vec<Call>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-qq", "-xx", "-s", "16777216", "-e", &format!("trace={WATCHED}"), "-o"]).arg(log.path());
    if let Some((Call { name, ordinal, .. }, fault)) = fault {
        let what = match fault {
            Fault::Kill => "signal=KILL".to_owned(),
            Fault::Error(error) => format!("error={error}"),
        };
        strace.args(["-e", &format!("inject={name}:{what}:when={ordinal}")]);
    }
    strace.arg(program).args(arguments).current_dir(folder).env("RAYON_NUM_THREADS", "1");
    let output = strace.output().unwrap();
    (output, calls(&std::fs::read_to_string(log.path()).unwrap()))
}

/// The calls of a log, each a line: `openat(AT_FDCWD, "\x78", O_RDONLY) = 3`.
fn calls(log: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in log.lines().filter(|line| !line.starts_with("+++") && !line.starts_with("---")) {
        let (name, rest) = line.split_once('(').unwrap_or_else(|| panic!("no call: {line}"));
        let (words, result) = rest.split_once(')').unwrap_or_else(|| panic!("not the end of a call: {line}"));
        let result = result.trim_start().strip_prefix("= ").unwrap_or_else(|| panic!("no result: {line}"));
        let ordinal = 1 + calls.iter().filter(|call| call.name == name).count();
        calls.push(Call {
            name: name.to_owned(),
            ordinal,
            words: words.split(", ").map(word).collect(),
            result: result.split(' ').next().and_then(|number| number.parse().ok()),
            is_injected: result.ends_with("(INJECTED)"),
        });
    }
    calls
}

/// Text is in quotes, each byte as `\x` and two digits.
fn word(word: &str) -> Word {
    if let Some(text) = word.strip_prefix('"') {
        let text = text.strip_suffix('"').unwrap_or_else(|| panic!("a text was cut: {word}"));
        return Word::Text(text.split("\\x").skip(1).map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect());
    }
    word.parse().map_or_else(|_| Word::Other(word.to_owned()), Word::Number)
}

impl Word {
    pub(crate) fn number(&self) -> i64 {
        let Self::Number(number) = self else { panic!("{self:?} is no number") };
        *number
    }
}
