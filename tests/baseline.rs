//! `ract baseline` as a whole program.

use crate::support::workplace::{Workplace, failure};
use ract_models::baselines::{BASELINES, BaselineEntry};
use serde_json::Value;
use std::fs;

const EASE: &str = r#"
dataset = "tiny"

[data.synthetic]
users = 400
items = 150
heldout_users = 60

[baseline]
method = "ease"
grid.lambda = [5, 50, 500]
"#;

fn workplace() -> Workplace {
    let workplace = Workplace::new();
    fs::write(workplace.folder.path().join("ease.toml"), EASE).unwrap();
    workplace
}

/// What must not depend on interruptions.
fn outcome(workplace: &Workplace, run: &str) -> (Value, Vec<Value>, String) {
    let trials = workplace.json(&format!("{run}/result.json"))["trials"].as_array().unwrap().clone();
    let trials = trials.into_iter().map(|mut trial| {
        trial.as_object_mut().unwrap().remove("seconds");
        trial
    });
    let result = workplace.json(&format!("{run}/result.json"));
    (result["test"].clone(), trials.collect(), workplace.read(&format!("{run}/per_user.csv")))
}

#[test]
fn every_baseline_is_fitted_over_its_grid_and_tested() {
    let workplace = workplace();
    for BaselineEntry { name: method, label, parameters, .. } in BASELINES {
        let set = format!("baseline.method={method}");
        // Two values of each parameter are enough.
        let values = parameters.iter().map(|parameter| {
            let values: Vec<_> = parameter.grid.iter().take(2).map(|value| format!("{value:?}")).collect();
            format!("{} = [{}]", parameter.name, values.join(", "))
        });
        let grid = format!("baseline.grid={{{}}}", values.collect::<Vec<_>>().join(", "));
        let table = workplace.succeed(&["baseline", "ease.toml", "--out", method, "--set", &set, "--set", &grid]);
        assert!(table.contains(&format!("| {label} ")), "{table}");
        let result = workplace.json(&format!("{method}/result.json"));
        assert_eq!(result["baseline"], *method);
        let trials = result["trials"].as_array().unwrap();
        assert_eq!(trials.len(), workplace.read(&format!("{method}/history.jsonl")).lines().count());
        let best = trials.iter().map(|trial| trial["validation"].as_f64().unwrap()).fold(0.0, f64::max);
        assert_eq!(result["chosen"]["validation"].as_f64(), Some(best), "{method}");
        assert!(result["test"][method]["ndcg@100"]["mean"].as_f64().unwrap() > 0.1, "{method}: {result}");
    }
}

#[test]
fn a_stopped_search_goes_on_where_it_was_and_finds_the_same() {
    let workplace = workplace();
    workplace.succeed(&["baseline", "ease.toml", "--out", "whole"]);
    workplace.succeed(&["baseline", "ease.toml", "--out", "stopped"]);
    let whole = outcome(&workplace, "whole");

    // As if it had been stopped while the second line was written.
    let folder = workplace.folder.path().join("stopped");
    fs::remove_file(folder.join("result.json")).unwrap();
    let history = workplace.read("stopped/history.jsonl");
    let first = history.lines().next().unwrap();
    fs::write(folder.join("history.jsonl"), format!("{first}\n{}", &first[..20])).unwrap();
    workplace.succeed(&["baseline", "ease.toml", "--out", "stopped"]);
    assert!(outcome(&workplace, "stopped") == whole);
    assert!(workplace.read("stopped/history.jsonl").starts_with(first), "it is not fitted again");

    // Stopped once more: what is in the history now is not fitted again either.
    fs::remove_file(folder.join("result.json")).unwrap();
    let history = workplace.read("stopped/history.jsonl");
    workplace.succeed(&["baseline", "ease.toml", "--out", "stopped"]);
    assert_eq!(workplace.read("stopped/history.jsonl"), history);
}

#[test]
fn each_test_user_has_a_line_whose_mean_is_the_result() {
    let workplace = workplace();
    workplace.succeed(&["baseline", "ease.toml"]);
    let result = workplace.json("runs/ease/result.json");
    let csv = workplace.read("runs/ease/per_user.csv");
    let (header, lines) = csv.split_once('\n').unwrap();
    let column = header.split(',').position(|name| name == "ndcg@100").unwrap();
    let values: Vec<f64> = lines.lines().map(|line| line.split(',').nth(column).unwrap().parse().unwrap()).collect();
    assert_eq!(result["test_users"], values.len());
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    assert!((mean - result["test"]["ease"]["ndcg@100"]["mean"].as_f64().unwrap()).abs() < 1e-12);
}

#[test]
fn a_baseline_leaves_a_report_of_what_was_tried() {
    let workplace = workplace();
    workplace.succeed(&["baseline", "ease.toml"]);
    let html = workplace.read("runs/ease/report.html");
    let trials = workplace.json("runs/ease/result.json")["trials"].as_array().unwrap().len();
    assert!(trials > 1 && html.contains(&format!("the best of {trials} combinations")), "{html}");
    assert!(html.contains("<h2>What was tried</h2>") && html.contains("<h2>Test</h2>"), "{html}");
    // Asked for alone, it also shows lists of test users, for which the baseline is fitted again.
    workplace.succeed(&["report", "runs/ease", "--out", "again.html"]);
    let again = workplace.read("again.html");
    let (start, rest) = again.split_once("<section><h2>Recommendations</h2>").unwrap();
    let (lists, end) = rest.split_at(rest.find("<section><h2>What was tried</h2>").unwrap());
    assert_eq!(format!("{start}{end}"), html);
    assert_eq!(lists.matches("held-out items among the first 10</h3>").count(), 10, "{lists}");
}

#[test]
fn the_old_name_goes_on_working_and_says_the_new_one() {
    let workplace = workplace();
    let old = EASE.replace("[baseline]", "[rival]");
    fs::write(workplace.folder.path().join("old.toml"), old).unwrap();
    let output = workplace.ract(&["rival", "old.toml"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.contains("`ract rival` is called `ract baseline` now"), "{stderr}");
    assert_eq!(workplace.succeed(&["baseline", "old.toml"]), String::from_utf8(output.stdout).unwrap());
}

#[test]
fn what_cannot_be_tried_is_refused_in_one_sentence() {
    let workplace = workplace();
    let refused = |set: &str| failure(&workplace.ract(&["baseline", "ease.toml", "--set", set]).output().unwrap());
    for (set, said) in [
        ("baseline.grid.lamda=[1]", "baseline.grid.lamda: ease has lambda, "),
        ("baseline.grid.lambda=[]", "baseline.grid.lambda is empty"),
        ("baseline.method=itemknn", "there is no baseline 'itemknn': write one of popularity, knn, als, slim, ease"),
        ("baseline.metod=ease", "unknown field `metod`"),
    ] {
        let (code, line) = refused(set);
        assert!(code == 2 && line.contains(said), "{set}: {code}, {line}");
        assert!(!workplace.exists("runs"), "{set} left a folder");
    }
    let (code, line) = refused("baseline.grid.lambda=[-1]");
    assert!(code == 1 && line.contains("lambda is -1: it must be a positive number"), "{code}, {line}");
}

#[test]
fn a_held_out_users_targets_change_nothing_but_what_is_measured() {
    let workplace = Workplace::new();
    let write = |file: &str, text: &str| fs::write(workplace.folder.path().join(file), text).unwrap();
    let pairs: String = (0..80)
        .flat_map(|user| {
            (0..6).map(move |k| format!("{user},{}\n", (user % 4) * 5 + (user / 4 + k * (1 + user % 3)) % 9))
        })
        .collect();
    write("pairs.csv", &format!("user,item\n{pairs}"));
    workplace.succeed(&["prepare", "csv", "--input", "pairs.csv", "--heldout-users", "12", "--out", "data"]);
    write("ease.toml", "dataset = \"tiny\"\ndata.path = \"data\"\nbaseline.method = \"ease\"\n");
    workplace.succeed(&["baseline", "ease.toml", "--out", "before"]);

    // One of the test users keeps a target, who had no more than that; nobody else has one any more.
    let targets = workplace.read("data/test_te.csv");
    let (header, lines) = targets.split_once('\n').unwrap();
    let user = |line: &str| line.split(',').next().unwrap().to_owned();
    let with_one = |line: &&str| lines.lines().filter(|other| user(other) == user(line)).count() == 1;
    let first = lines.lines().find(with_one).unwrap();
    write("data/test_te.csv", &format!("{header}\n{first}\n"));
    // It holds the checksum of the old file.
    fs::remove_file(workplace.folder.path().join("data/meta.json")).unwrap();
    workplace.succeed(&["baseline", "ease.toml", "--out", "after"]);
    let (before, after) = (outcome(&workplace, "before"), outcome(&workplace, "after"));
    assert_eq!(before.1, after.1, "the trials");
    let values: Vec<_> = after.2.lines().skip(1).collect();
    assert_eq!(values.len(), 1);
    assert!(before.2.lines().any(|line| line == values[0]), "the user who still has a target is measured as before");
}
