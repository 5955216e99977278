//! Faults at the calls to the system: the program is killed, the disk is full or broken, the power fails. After each: nothing
//! half-written is believed, what was there is whole, and the same command ends as if nothing had happened.
//!
//! `make soak` tries every call; otherwise it is a few calls, spread evenly.

use crate::support::disk::{Disk, Left, Tree, tree_of, write_tree};
use crate::support::ract;
use crate::support::strace::{self, Call, Fault, Word};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Once;
use tempfile::TempDir;

/// Kills, and errors, of each command without `SOAK=all`.
const SAMPLE: usize = 25;
/// The kills that a phase needs with it.
const LEAST_KILLS: usize = 50;
/// In the names of files and folders that are not finished.
const MARK: &str = ".half-written-";

const EXPERIMENT: &str = r#"
dataset = "tiny"
batch_size = 20
checkpoint_seconds = 0

[data.synthetic]
users = 60
items = 30
heldout_users = 10

[actor]
hidden = 4
latent = 2
epochs = 2
anneal_batches = 10

[critic]
epochs = 3

[actor_critic]
epochs = 2
"#;

const BASELINE: &str = r#"
dataset = "tiny"

[data.synthetic]
users = 60
items = 30
heldout_users = 10

[baseline]
method = "ease"
grid.lambda = [5, 50, 500]
"#;

/// A command, and what is there before it.
struct Subject {
    name: &'static str,
    command: &'static [&'static str],
    before: Tree,
    /// Whether it trains. Times then differ from run to run.
    trains: bool,
    /// A folder that is old or new as a whole.
    whole: Option<&'static str>,
}

/// What a command left.
struct Ended {
    output: Output,
    calls: Vec<Call>,
    /// What each call was about, if it was about something in the folder.
    places: Vec<Option<PathBuf>>,
    disk: Disk,
    tree: Tree,
}

/// The numbers of what was tried, by phase and kind.
type Counts = BTreeMap<(String, &'static str), usize>;

const KILLS: &str = "kills";
const POWER: &str = "losses of power";
const FULL: &str = "ENOSPC at a write";
const BROKEN: &str = "EIO at a write";
const OTHER: &str = "errors at other calls";

#[test]
fn a_fault_at_any_call_of_prepare_leaves_the_old_data_or_the_new() {
    let prepare = &["prepare", "csv", "--input", "in.csv", "--heldout-users", "5", "--out", "data"];
    let other = &[&prepare[..], &["--seed", "2"]].concat();
    let pairs = (0..40).flat_map(|user| (0..6).map(move |k| format!("{user},{}\n", (user + k) % 8)));
    let files = [("in.csv", "user,item\n".to_owned() + &pairs.collect::<String>())];
    let subject = |before| Subject { name: "prepare", command: prepare, before, trains: false, whole: Some("data") };
    keeps_its_promises(&[subject(made_by(&files, &[])), subject(made_by(&files, &[other]))]);
}

#[test]
fn a_fault_at_any_call_of_a_run_costs_no_more_than_an_epoch() {
    let before = made_by(&[("tiny.toml", EXPERIMENT.to_owned())], &[]);
    keeps_its_promises(&[Subject { name: "run", command: &["run", "tiny.toml"], before, trains: true, whole: None }]);
}

#[test]
fn a_fault_at_any_call_of_a_baseline_costs_no_more_than_a_fit() {
    let before = made_by(&[("ease.toml", BASELINE.to_owned())], &[]);
    let command = &["baseline", "ease.toml"];
    keeps_its_promises(&[Subject { name: "baseline", command, before, trains: true, whole: None }]);
}

#[test]
fn a_fault_at_any_call_of_a_sweep_costs_no_more_than_an_epoch() {
    let short = EXPERIMENT.replace("epochs = 3", "epochs = 1").replace("epochs = 2", "epochs = 1");
    let sweep = short + "\n[sweep]\nvalues.\"actor.learning_rate\" = [1e-2, 2e-2]\n";
    let before = made_by(&[("search.toml", sweep)], &[]);
    keeps_its_promises(&[Subject {
        name: "sweep",
        command: &["sweep", "search.toml"],
        before,
        trains: true,
        whole: None,
    }]);
}

#[test]
fn a_fault_at_any_call_of_a_report_leaves_the_old_report_or_the_new() {
    let mut before = made_by(&[("tiny.toml", EXPERIMENT.to_owned())], &[&["run", "tiny.toml"]]);
    for report in ["runs/tiny/report.html", "all.html"] {
        before.insert(PathBuf::from(report), Some(b"an older report".to_vec()));
    }
    let commands: [&[&str]; 2] = [&["report", "runs/tiny"], &["report", "--results", "runs", "--out", "all.html"]];
    let subject = |command| Subject { name: "report", command, before: before.clone(), trains: false, whole: None };
    keeps_its_promises(&commands.map(subject));
}

#[test]
fn a_fault_at_any_call_of_keep_leaves_each_kept_file_old_or_new() {
    let files = [("tiny.toml", EXPERIMENT.to_owned())];
    let run = |seed| ["run", "tiny.toml", "--set", seed, "--out", "runs/tiny"];
    let older = made_by(&files, &[&run("seed=1"), &["keep", "tiny"]]);
    let mut before = made_by(&files, &[&run("seed=0")]);
    before.extend(older.into_iter().filter(|(path, _)| path.starts_with("experiments")));
    keeps_its_promises(&[Subject { name: "keep", command: &["keep", "tiny"], before, trains: false, whole: None }]);
}

/// What is in a folder with these files after the commands.
fn made_by(files: &[(&str, String)], commands: &[&[&str]]) -> Tree {
    let folder = new_folder();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for command in commands {
        let output = ract(folder.path()).args(*command).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    tree_of(folder.path())
}

/// In memory where that is possible: there, `fsync` takes no time. What it would keep, the followed disk knows.
fn new_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn folder_with(tree: &Tree) -> TempDir {
    let folder = new_folder();
    write_tree(tree, folder.path());
    folder
}

/// Tries the faults, and panics with all promises that were broken.
fn keeps_its_promises(subjects: &[Subject]) {
    if !strace::is_there() {
        return;
    }
    let is_soak = std::env::var("SOAK").is_ok_and(|soak| soak == "all");
    let (mut counts, mut broken) = (Counts::new(), Vec::new());
    for subject in subjects {
        subject.try_faults(if is_soak { usize::MAX } else { SAMPLE }, &mut counts, &mut broken);
    }
    if is_soak {
        print(&counts);
        let kills = counts.iter().filter(|((_, kind), _)| *kind == KILLS);
        broken.extend(
            kills.filter(|(_, kills)| **kills < LEAST_KILLS).map(|((phase, _), n)| format!("{phase}: only {n} kills")),
        );
    }
    assert!(broken.is_empty(), "{} promises were broken:\n{}", broken.len(), broken.join("\n"));
}

fn print(counts: &Counts) {
    static HEADER: Once = Once::new();
    let kinds = [KILLS, POWER, FULL, BROKEN, OTHER];
    let row = |phase: &str, cells: &[String]| {
        let cells: String = cells.iter().fold(String::new(), |row, cell| row + &format!(" {cell:>21} |"));
        format!("| {phase:<12} |{cells}\n")
    };
    let mut table = String::new();
    HEADER.call_once(|| table += &row("phase", &kinds.map(str::to_owned)));
    let mut phases: Vec<_> = counts.keys().map(|(phase, _)| phase).collect();
    phases.dedup();
    for phase in phases {
        let cells = kinds.map(|kind| counts.get(&(phase.clone(), kind)).copied().unwrap_or_default().to_string());
        let _ = write!(table, "{}", row(phase, &cells));
    }
    // Straight to the file descriptor: the test harness shows captured output of failed tests only.
    let _ = std::io::stderr().write_all(table.as_bytes());
}

/// `number` of `all`, spread evenly.
fn sample<T: Copy>(all: &[T], number: usize) -> Vec<T> {
    let number = number.min(all.len());
    (0..number).map(|k| all[(2 * k + 1) * all.len() / (2 * number)]).collect()
}

impl Subject {
    fn try_faults(&self, number: usize, counts: &mut Counts, broken: &mut Vec<String>) {
        let whole = self.run(None);
        assert!(whole.output.status.success(), "{}", String::from_utf8_lossy(&whole.output.stderr));
        let phases = self.phases(&whole);
        let mut note = |phase: &str, what: &str, kept: Result<(), String>| {
            broken.extend(kept.err().map(|problem| format!("{phase}, {what}: {problem}")));
        };
        let durable = whole.disk.after_loss_of_power(Left::Nothing);
        let kept = self.is_equal(&without_temporaries(&durable), &whole.tree);
        note(self.name, "loss of power at the end", kept.and_then(|()| self.ends_the_same(&durable, &whole)));

        let of_folder: Vec<usize> = (0..whole.calls.len()).filter(|&k| whole.places[k].is_some()).collect();
        // Between two changes, one kill is as good as another; all calls count where a phase has few changes.
        let changes = |&k: &usize| changes_the_disk(&whole.calls[k]);
        let has_few = |&k: &usize| {
            of_folder.iter().filter(|&other| phases[*other] == phases[k] && changes(other)).count() < LEAST_KILLS
        };
        let kills: Vec<usize> = of_folder.iter().copied().filter(|k| changes(k) || has_few(k)).collect();
        for place in sample(&kills, number) {
            let what = format!("killed at {}", shown(&whole, place));
            *counts.entry((phases[place].clone(), KILLS)).or_default() += 1;
            *counts.entry((phases[place].clone(), POWER)).or_default() += 2;
            note(&phases[place], &what, self.survives_a_kill(&whole, place));
        }
        let errors: Vec<_> =
            of_folder.iter().flat_map(|&k| errors_of(&whole.calls[k]).iter().map(move |&error| (k, error))).collect();
        for (place, error) in sample(&errors, number) {
            let what = format!("{error} at {}", shown(&whole, place));
            let kind = match (whole.calls[place].name.as_str(), error) {
                ("write", "ENOSPC") => FULL,
                ("write", _) => BROKEN,
                _ => OTHER,
            };
            *counts.entry((phases[place].clone(), kind)).or_default() += 1;
            note(&phases[place], &what, self.survives_an_error(&whole, place, error));
        }
    }

    fn run(&self, fault: Option<(&Call, Fault)>) -> Ended {
        let folder = folder_with(&self.before);
        let path = folder.path().canonicalize().unwrap();
        let (output, calls) = strace::run(env!("CARGO_BIN_EXE_ract"), self.command, &path, fault);
        let mut disk = Disk::with(&self.before, &path);
        let places = calls.iter().map(|call| disk.follow(call)).collect();
        let tree = tree_of(&path);
        assert!(disk.now() == tree, "the disk was followed wrongly");
        Ended { output, calls, places, disk, tree }
    }

    /// The phase of each call: in a run, the one whose checkpoint comes next.
    fn phases(&self, whole: &Ended) -> Vec<String> {
        let mut phase = if self.name == "run" { "test" } else { self.name }.to_owned();
        let mut phases = Vec::new();
        for (call, place) in whole.calls.iter().zip(&whole.places).rev() {
            if self.name == "run" && call.name.starts_with("rename") {
                let file = last(place.as_deref().unwrap()).file_name().unwrap().to_string_lossy().into_owned();
                let of_phase = file.strip_suffix(".safetensors").filter(|name| *name != "state");
                phase = of_phase.unwrap_or(&phase).to_owned();
            }
            phases.push(phase.clone());
        }
        phases.reverse();
        phases
    }

    fn survives_a_kill(&self, whole: &Ended, place: usize) -> Result<(), String> {
        let found = self.run(Some((&whole.calls[place], Fault::Kill)));
        if found.output.status.signal() != Some(9) || shown(&found, found.calls.len() - 1) != shown(whole, place) {
            return Err("it was not killed there".to_owned());
        }
        let mut tried: Vec<Tree> = Vec::new();
        for (left, tree) in [
            ("the kill", found.tree),
            ("a loss of power", found.disk.after_loss_of_power(Left::Nothing)),
            ("a loss of power that left the names", found.disk.after_loss_of_power(Left::Names)),
        ] {
            if !tried.contains(&tree) {
                let kept = self.nothing_is_false(&tree, whole).and_then(|()| self.ends_the_same(&tree, whole));
                kept.map_err(|problem| format!("after {left}, {problem}"))?;
                tried.push(tree);
            }
        }
        Ok(())
    }

    fn survives_an_error(&self, whole: &Ended, place: usize, error: &'static str) -> Result<(), String> {
        let call = &whole.calls[place];
        let found = self.run(Some((call, Fault::Error(error))));
        if !found.calls.get(place).is_some_and(|call| call.is_injected) || shown(&found, place) != shown(whole, place) {
            return Err("the error did not happen there".to_owned());
        }
        self.nothing_is_false(&found.tree, whole)?;
        let stderr = String::from_utf8_lossy(&found.output.stderr).into_owned();
        let removes = ["unlink", "unlinkat", "rmdir"].contains(&call.name.as_str());
        match found.output.status.code() {
            // What could not be tidied up is left for the next time.
            Some(0) if removes || is_reading(call) => self.is_equal(&without_temporaries(&found.tree), &whole.tree)?,
            Some(1) => {
                let cause = if error == "EIO" { "Input/output error" } else { "No space left on device" };
                let said = stderr.lines().last().unwrap_or_default();
                if !said.starts_with("ract: ") || !said.contains(cause) || !names(said, &whole.places[place], whole) {
                    return Err(format!("it said: {said}"));
                }
                let left = found.tree.keys().find(|path| is_temporary(path) && !removes);
                left.map_or(Ok(()), |path| Err(format!("{} is left", path.display())))?;
            }
            code => return Err(format!("it ended with {code:?} and said: {stderr}")),
        }
        self.ends_the_same(&found.tree, whole)
    }

    /// Each finished file is as it was before, or as it is after the whole command.
    fn nothing_is_false(&self, tree: &Tree, whole: &Ended) -> Result<(), String> {
        let is = |path: &Path, contents: &[u8], of: &Tree| {
            let other = of.get(path).and_then(Option::as_deref);
            other.is_some_and(|other| self.lasting(path, other) == self.lasting(path, contents))
        };
        for (path, contents) in tree.iter().filter(|(path, _)| !is_temporary(path)) {
            let (Some(contents), Some(name)) = (contents, path.file_name()) else { continue };
            let is_believed = match name.to_str().unwrap() {
                "state.safetensors" => true, // its contents depend on the epoch; who reads it compares its checksum
                "history.jsonl" if self.trains => {
                    let all = whole.tree.get(path).and_then(Option::as_deref).unwrap_or_default();
                    let ended = contents.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
                    self.lasting(path, all).starts_with(&self.lasting(path, &contents[..ended]))
                }
                _ => is(path, contents, &self.before) || is(path, contents, &whole.tree),
            };
            if !is_believed {
                return Err(format!("{} is neither old nor new", path.display()));
            }
        }
        if let Some(lost) = self.before.keys().find(|path| whole.tree.contains_key(*path) && !tree.contains_key(*path))
        {
            return Err(format!("{} is lost", lost.display()));
        }
        if let Some(folder) = self.whole {
            let part = |of: &Tree| {
                of.iter()
                    .filter(|(path, _)| path.starts_with(folder))
                    .map(|(p, c)| (p.clone(), c.clone()))
                    .collect::<Tree>()
            };
            if part(tree) != part(&self.before) && part(tree) != part(&whole.tree) {
                return Err(format!("{folder} is neither the old nor the new one"));
            }
        }
        Ok(())
    }

    /// The command, once more and without a fault, ends as the whole one.
    fn ends_the_same(&self, tree: &Tree, whole: &Ended) -> Result<(), String> {
        let folder = folder_with(tree);
        let output = ract(folder.path()).args(self.command).env("RAYON_NUM_THREADS", "1").output().unwrap();
        if !output.status.success() {
            return Err(format!("it does not go on: {}", String::from_utf8_lossy(&output.stderr)));
        }
        self.is_equal(&tree_of(folder.path()), &whole.tree).map_err(|problem| format!("run again, {problem}"))
    }

    fn is_equal(&self, found: &Tree, expected: &Tree) -> Result<(), String> {
        let lasting = |path: &Path, of: &Option<Vec<u8>>| of.as_deref().map(|contents| self.lasting(path, contents));
        for (path, contents) in expected {
            match found.get(path) {
                None => return Err(format!("{} is missing", path.display())),
                Some(found) if lasting(path, found) != lasting(path, contents) => {
                    return Err(format!("{} is another", path.display()));
                }
                Some(_) => {}
            }
        }
        let more = found.keys().find(|path| !expected.contains_key(*path));
        more.map_or(Ok(()), |path| Err(format!("{} should not be there", path.display())))
    }

    /// The contents of a file without what differs from run to run.
    fn lasting(&self, path: &Path, contents: &[u8]) -> Vec<u8> {
        let without_times = |text: &[u8]| {
            let mut value: Value = serde_json::from_slice(text).ok()?;
            remove_times(&mut value);
            Some(value.to_string().into_bytes())
        };
        match path.file_name().and_then(|name| name.to_str()) {
            Some(".lock") => Vec::new(),
            Some("result.json") if self.trains => without_times(contents).unwrap_or_else(|| contents.to_vec()),
            Some("history.jsonl") if self.trains => {
                let lines = contents.split_inclusive(|&byte| byte == b'\n');
                lines.flat_map(|line| without_times(line).unwrap_or_else(|| line.to_vec())).collect()
            }
            Some("report.html") if self.trains && contents.trim_ascii_end().ends_with(b"</html>") => b"whole".to_vec(),
            _ => contents.to_vec(),
        }
    }
}

fn remove_times(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|key, _| !["seconds", "peak_memory_bytes", "provenance"].contains(&key.as_str()));
            entries.values_mut().for_each(remove_times);
        }
        Value::Array(values) => values.iter_mut().for_each(remove_times),
        _ => {}
    }
}

/// The errors that are tried at a call.
fn errors_of(call: &Call) -> &'static [&'static str] {
    match call.name.as_str() {
        "write" => &["ENOSPC", "EIO"],
        "openat" if !is_reading(call) => &["ENOSPC"],
        "mkdir" | "mkdirat" => &["ENOSPC"],
        "close" => &[],
        _ => &["EIO"],
    }
}

fn is_reading(call: &Call) -> bool {
    matches!(&call.words[..], [_, _, Word::Other(flags), ..] if call.name == "openat" && !flags.contains("O_CREAT"))
}

fn changes_the_disk(call: &Call) -> bool {
    call.name != "close" && !is_reading(call)
}

fn is_temporary(path: &Path) -> bool {
    path.to_string_lossy().contains(MARK)
}

fn without_temporaries(tree: &Tree) -> Tree {
    tree.iter()
        .filter(|(path, _)| !is_temporary(path))
        .map(|(path, contents)| (path.clone(), contents.clone()))
        .collect()
}

/// The path that a file or folder has once it is finished.
fn last(path: &Path) -> PathBuf {
    let of_part = |part: &str| match part.split_once(MARK) {
        Some((name, _)) => name.trim_start_matches('.').to_owned(),
        None => part.to_owned(),
    };
    path.iter().map(|part| of_part(part.to_str().unwrap())).collect()
}

/// A call without the random part of temporary names.
fn shown(ended: &Ended, place: usize) -> String {
    let Call { name, ordinal, .. } = &ended.calls[place];
    let path = ended.places[place].as_deref().map(last).unwrap_or_default();
    format!("{name} {ordinal} of {}", path.display())
}

/// Whether a message names the file; for a folder, the folder or something in it.
fn names(said: &str, place: &Option<PathBuf>, whole: &Ended) -> bool {
    let place = last(place.as_deref().unwrap());
    let is_folder = whole.tree.get(&place).is_none_or(Option::is_none);
    let mut paths = said.split([' ', ':', ',']).filter(|word| !word.is_empty()).map(Path::new);
    paths.any(|path| {
        path == place
            || (is_folder && path.starts_with(&place) && (whole.tree.contains_key(path) || place.parent().is_some()))
    })
}
