//! `ract verify`, and the refusal of results whose parts disagree.

use crate::support::workplace::Workplace;
use std::fs;

/// Replaces the first `from` in a file; it must be there.
fn edit(workplace: &Workplace, file: &str, from: &str, to: &str) {
    let text = workplace.read(file);
    assert!(text.contains(from), "{file}");
    fs::write(workplace.folder.path().join(file), text.replacen(from, to, 1)).unwrap();
}

/// The last line on stderr of a command that fails. A run says first on which data it trains.
fn last_line(workplace: &Workplace, command: &[&str]) -> String {
    let output = workplace.ract(command).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap().lines().last().unwrap().to_owned()
}

/// The number that the JSON has after a key, as it is written.
fn number_after(text: &str, key: &str) -> String {
    let rest = &text[text.find(key).unwrap() + key.len()..];
    rest.trim_start().chars().take_while(|c| !",\n}".contains(*c)).collect()
}

#[test]
fn a_run_and_a_baseline_that_are_measured_again_give_the_recorded_values() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let baseline = workplace.read("tiny.toml");
    let data = &baseline[baseline.find("[data.synthetic]").unwrap()..];
    let data = &data[..data[1..].find("\n[").map_or(data.len(), |end| end + 1)];
    let baseline = format!("dataset = \"tiny\"\n[baseline]\nmethod = \"ease\"\ngrid.lambda = [10, 50]\n{data}");
    fs::write(workplace.folder.path().join("ease.toml"), baseline).unwrap();
    workplace.succeed(&["baseline", "ease.toml"]);
    let verified = workplace.succeed(&["verify", "runs"]);
    assert_eq!(verified.lines().count(), 2, "{verified}");
    for line in verified.lines() {
        assert!(line.ends_with("values measured again, largest difference 0"), "{line}");
    }
}

#[test]
fn a_result_that_was_edited_is_refused_wherever_results_are_shown() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let mean = number_after(&workplace.read("runs/tiny/result.json"), "\"mean\":");
    edit(&workplace, "runs/tiny/result.json", &mean, "0.99");
    for command in [
        &["show", "runs/tiny"][..],
        &["compare", "runs/tiny:actor", "runs/tiny:ract"],
        &["report", "runs/tiny"],
        &["report", "--results", "runs", "--out", "all.html"],
        &["run", "tiny.toml"],
    ] {
        let line = last_line(&workplace, command);
        assert!(line.contains("result.json does not agree with per_user.csv: the mean "), "{line}");
    }
    let output = workplace.ract(&["verify", "runs/tiny"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("FAILED: "));
}

#[test]
fn a_history_that_was_edited_is_refused() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let whole = workplace.read("runs/tiny/history.jsonl");
    let file = workplace.folder.path().join("runs/tiny/history.jsonl");
    let said = |text: &str| {
        fs::write(&file, text).unwrap();
        last_line(&workplace, &["show", "runs/tiny"])
    };
    let without_first: String = whole.lines().skip(1).map(|line| format!("{line}\n")).collect();
    assert!(said(&without_first).contains("does not agree with history.jsonl: the number of epochs of actor"));
    let damaged = whole.replacen("\"phase\"", "\"phase", 1);
    assert!(said(&damaged).contains("history.jsonl, line 1, is damaged: "));
    let validation = number_after(&whole, "\"ndcg@100\":");
    assert!(said(&whole.replacen(&validation, "0.999", 1)).contains("is better"), "{validation}");
    fs::remove_file(workplace.folder.path().join("runs/tiny/result.json")).unwrap();
    fs::write(&file, &damaged).unwrap();
    let line = last_line(&workplace, &["run", "tiny.toml"]);
    assert!(line.contains("history.jsonl, line 1, is damaged: "), "{line}");
    assert_eq!(fs::read_to_string(&file).unwrap(), damaged);
}

#[test]
fn measuring_again_finds_a_changed_value_and_a_checkpoint_of_another_run() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    workplace.succeed(&["run", "tiny.toml", "--set", "seed=1", "--out", "other"]);
    let said = || {
        let output = workplace.ract(&["verify", "runs/tiny"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    let whole = workplace.read("runs/tiny/per_user.csv");
    let actor = whole.lines().find(|line| line.starts_with("actor,")).unwrap();
    let loss = actor.split(',').nth(4).unwrap();
    edit(&workplace, "runs/tiny/per_user.csv", actor, &actor.replacen(loss, "1.5", 1));
    assert!(said().contains("measured again, it differs: loss of test user 0, actor, is"), "{}", said());
    fs::write(workplace.folder.path().join("runs/tiny/per_user.csv"), whole).unwrap();
    let checkpoint = |run: &str| workplace.folder.path().join(format!("{run}/checkpoints/control.safetensors"));
    fs::copy(checkpoint("other"), checkpoint("runs/tiny")).unwrap();
    assert!(said().contains("it belongs to another run"), "{}", said());
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_followed_once() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    std::os::unix::fs::symlink("..", workplace.folder.path().join("runs/tiny/up")).unwrap();
    std::os::unix::fs::symlink(".", workplace.folder.path().join("runs/here")).unwrap();
    workplace.succeed(&["report", "--results", "runs", "--out", "all.html"]);
    assert_eq!(workplace.succeed(&["verify", "runs"]).lines().count(), 1);
}
