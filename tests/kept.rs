//! What the repository keeps of finished runs.

use ract::run::RunPath;
use ract::run::layout::all_finished_runs;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments/results")
}

fn kept() -> Vec<RunPath> {
    let runs = all_finished_runs(&results()).unwrap();
    assert!(!runs.is_empty());
    runs
}

#[test]
fn the_files_of_every_kept_result_agree() {
    for run in kept() {
        run.check_agreement().unwrap();
    }
}

/// A result can be believed when its commit and its files are in the repository, and when it can be tested against others.
#[test]
fn every_kept_result_is_of_a_commit_and_has_the_values_of_each_user() {
    let mut problems: Vec<String> = Vec::new();
    for run in kept() {
        let mut problem = |what: &str| problems.push(format!("{}: {what}", run.folder().display()));
        let result: Value = run.read_result().unwrap().unwrap();
        if result["provenance"]["commit"].as_str().is_none_or(|commit| commit.ends_with("-modified")) {
            problem("was made by a program with changes that are in no commit");
        }
        if result["provenance"]["command"].as_str().is_none_or(|command| command.contains(" /")) {
            problem("was made from a file that only one machine has");
        }
        if !run.has_per_user() {
            problem("has no values of each user");
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Where a further value costs too much, the grid may end at the chosen one. The pages say so.
const ENDS: [&str; 4] = [
    "amazon-electronic/weighted-ease: user_power 0.5",
    "gowalla/als: factors 256",
    "gowalla/als: lambda 10",
    "gowalla/slim: l1 0.5",
];

/// A grid that ends at the chosen value may have a better one beyond its end.
#[test]
fn no_kept_choice_is_an_end_of_its_grid_except_where_the_pages_say_so() {
    let mut problems: Vec<String> = Vec::new();
    for run in kept() {
        let result: Value = run.read_result().unwrap().unwrap();
        let Some(chosen) = result["chosen"]["parameters"].as_object() else { continue };
        let history = std::fs::read_to_string(run.history()).unwrap();
        let tried: Vec<Value> = history.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (parameter, value) in chosen.iter().filter(|(parameter, _)| parameter.as_str() != "weighting") {
            let value = value.as_f64().unwrap();
            let grid = tried.iter().map(|trial| trial["parameters"][parameter].as_f64().unwrap());
            let (least, most) = grid.fold((value, value), |(least, most), x| (least.min(x), most.max(x)));
            // 0 is the natural end of a weight, and a single value is not searched.
            if least < most && (value == most || (value == least && value != 0.0)) {
                let experiment = run.folder().strip_prefix(results()).unwrap();
                problems.push(format!("{}: {parameter} {value}", experiment.display()));
            }
        }
    }
    assert_eq!(problems, ENDS);
}
