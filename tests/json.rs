//! `--json` on the commands that print tables.

use crate::support::workplace::Workplace;
use serde_json::Value;
use std::fs;

/// The subcommands that print no table of results.
const WITHOUT: [&str; 17] = [
    "prepare",
    "verify",
    "recommend",
    "export",
    "serve",
    "follow",
    "report",
    "figure",
    "keep",
    "pages",
    "simulate",
    "synth",
    "completions",
    "man",
    "help",
    "rival",
    "curve",
];

/// The rows of each table.
fn tables(workplace: &Workplace, args: &[&str]) -> Vec<Vec<Value>> {
    let printed = workplace.succeed(&[args, &["--json"]].concat());
    let rows =
        |line: &str| -> Vec<Value> { serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")) };
    printed.lines().map(rows).collect()
}

#[test]
fn every_command_that_prints_a_table_prints_it_as_json() {
    let workplace = Workplace::new();
    let help = workplace.succeed(&["--help"]);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        commands.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 20, "{help}");
    for command in commands.iter().filter(|command| !WITHOUT.contains(command)) {
        assert!(workplace.succeed(&[command, "--help"]).contains("--json"), "{command}");
    }
    let mut checked = vec!["doctor"];
    let mut check = |args: &[&'static str], columns: &[&str]| {
        let tables = tables(&workplace, args);
        for column in columns {
            assert!(tables.iter().flatten().any(|row| !row[column].is_null()), "{args:?}: {column}: {tables:?}");
        }
        checked.push(args[0]);
    };
    let write = |name: &str, text: &str| fs::write(workplace.folder.path().join(name), text).unwrap();
    let rows = (0..120).flat_map(|user| (0..6).map(move |k| format!("{user},{},4\n", (user + k) % 8)));
    write("in.csv", &("userId,movieId,rating\n".to_owned() + &rows.collect::<String>()));
    workplace.succeed(&["prepare", "in.csv", "--heldout-users", "9", "--out", "data"]);
    check(&["data", "data"], &["part", "users", "25 %"]);
    let (start, rest) = crate::support::workplace::EXPERIMENT.split_once("[data.synthetic]").unwrap();
    let actor = &rest[rest.find("[actor]").unwrap()..];
    write("run.toml", &format!("{start}[data]\npath = \"data\"\n\n{actor}"));
    write("ease.toml", "dataset = \"x\"\n[data]\npath = \"data\"\n[baseline]\nmethod = \"ease\"\ngrid.lambda = [5]\n");
    write(
        "sweep.toml",
        &format!("{start}[data]\npath = \"data\"\n\n{actor}\n[sweep]\nvalues.\"actor.latent\" = [2, 4]\n"),
    );
    check(&["run", "run.toml", "--out", "run", "--profile"], &["name", "phase", "seconds"]);
    check(&["baseline", "ease.toml", "--out", "ease"], &["name"]);
    check(&["sweep", "sweep.toml", "--out", "sweep"], &["trial", "keys"]);
    check(&["evaluate", "run"], &["name"]);
    check(&["show", "run"], &["name"]);
    check(&["compare", "run:actor", "run:ract"], &["runs", "difference", "p", "p (t), Holm"]);
    write("lists.jsonl", "{\"user\": \"a\", \"items\": [\"1\", \"2\"], \"list\": [\"1\", \"3\"]}\n");
    check(&["score", "run", "--lists", "lists.jsonl"], &["user", "expected"]);
    check(&["similar", "run", "3"], &["rank", "item", "score"]);
    check(&["inspect", "run"], &["name", "norm"]);
    assert!(workplace.succeed(&["doctor", "--json"]).starts_with("{\"version\":"));
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    for (args, columns) in [
        (&["list"][..], &["group", "experiments"][..]),
        (&["list", "baselines"], &["file"]),
        (&["table", "2", "--data", "ml-1m", "--kept"], &["name", "NDCG@100"]),
        (&["speed", "experiments/speed/amd-epyc/compare-ml-1m.json"], &["step", "median"]),
    ] {
        let mut command = workplace.ract(args);
        let output = command.arg("--json").current_dir(repository).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        let rows: Vec<Value> =
            printed.lines().flat_map(|line| serde_json::from_str::<Vec<Value>>(line).unwrap()).collect();
        for column in columns {
            assert!(rows.iter().any(|row| !row[column].is_null()), "{args:?}: {column}: {printed}");
        }
        checked.push(args[0]);
    }
    for command in commands.iter().filter(|command| !WITHOUT.contains(command)) {
        assert!(checked.contains(command), "no table of `ract {command}` was looked at");
    }
}

#[test]
fn numbers_in_json_are_not_rounded() {
    let workplace = Workplace::new();
    fs::write(workplace.folder.path().join("x.toml"), crate::support::workplace::EXPERIMENT).unwrap();
    let rows = tables(&workplace, &["run", "x.toml", "--out", "run"]).remove(0);
    let result = workplace.json("run/result.json");
    let (metric, found) = rows[0].as_object().unwrap().iter().find(|(_, value)| value["mean"].is_f64()).unwrap();
    let tested = result["test"].as_object().unwrap().values();
    assert!(
        tested.map(|of| &of[metric.to_lowercase()]["mean"]).any(|mean| *mean == found["mean"]),
        "{rows:?}\n{result}"
    );
}
