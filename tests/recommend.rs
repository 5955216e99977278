//! From a stranger's file to recommendations: `ract prepare FILE`, `ract recommend`, `ract similar`.

use crate::support::workplace::{EXPERIMENT, Workplace, failure};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use ract_models::actors::{ACTORS, ActorEntry};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

/// A shop's orders: semicolons, a header with names of its own, ids that are texts. Customers of each taste buy of 20 products.
fn orders() -> String {
    let mut text = "day;Customer ID;product;stars\n".to_owned();
    for customer in 0..240 {
        for k in 0..12 {
            let product = (customer * 7 + k * 3) % 20 + 20 * (customer % 3);
            let _ = writeln!(
                text,
                "2026-01-{:02};c-{customer:03};\"No. {product}, red\";{}",
                k + 1,
                3 + (k + customer) % 3
            );
        }
    }
    text
}

/// A trained run on the shop's orders.
fn shop() -> Workplace {
    let workplace = Workplace::new();
    let write = |name: &str, text: &str| fs::write(workplace.folder.path().join(name), text).unwrap();
    write("orders.csv", &orders());
    let said = workplace.succeed(&["prepare", "orders.csv", "--out", "shop"]);
    let found = "orders.csv: a table: semicolons between columns, a header; users: Customer ID, items: product, ratings: stars\n\
                 ratings above 3.5 are kept (--min-rating X for others)\n";
    assert!(said.starts_with(found), "{said}");
    assert!(said.contains("24 users"), "a tenth of 240 users is held out: {said}");
    let (start, rest) = EXPERIMENT.split_once("[data.synthetic]").unwrap();
    let actor = &rest[rest.find("[actor]").unwrap()..];
    write("shop.toml", &format!("{start}[data]\npath = \"shop\"\n\n{actor}"));
    workplace.succeed(&["run", "shop.toml", "--out", "run"]);
    write(
        "ease.toml",
        "dataset = \"shop\"\n[data]\npath = \"shop\"\n[baseline]\nmethod = \"ease\"\ngrid.lambda = [5]\n",
    );
    workplace.succeed(&["baseline", "ease.toml", "--out", "ease"]);
    workplace
}

/// The items of each user in CSV, in the order of their ranks.
fn lists(csv: &str) -> BTreeMap<String, Vec<(String, f64)>> {
    let mut lists = BTreeMap::<_, Vec<_>>::new();
    for row in csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap) {
        let list = lists.entry(row[0].to_owned()).or_default();
        list.push((row[2].to_owned(), row[3].parse().unwrap()));
        assert_eq!(row[1].parse(), Ok(list.len()), "ranks go from 1");
    }
    lists
}

fn with_stdin(workplace: &Workplace, args: &[&str], stdin: &str) -> (String, String) {
    let mut command = workplace.ract(args);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn a_strangers_file_becomes_lists_in_its_own_ids() {
    let workplace = shop();
    let customers: BTreeSet<String> = workplace.read("shop/unique_uid.txt").lines().map(str::to_owned).collect();
    assert_eq!(customers.len(), 240);
    for run in ["run", "ease"] {
        let lists = lists(&workplace.succeed(&["recommend", run, "--top", "5"]));
        assert_eq!(lists.len(), 24, "the test users");
        for (customer, list) in &lists {
            assert!(customers.contains(customer) && list.len() == 5, "{customer}");
            assert!(list.iter().all(|(item, _)| item.starts_with("No. ") && item.ends_with(", red")));
            assert!(list.windows(2).all(|two| two[0].1 >= two[1].1), "{list:?}");
        }
    }
    // Customers of one taste get products of that taste.
    let users = "c\tNo. 1, red\tNo. 6, red\nd\tNo. 41, red\tNo. 46, red\n";
    let (csv, _) = with_stdin(&workplace, &["recommend", "ease", "--users", "-", "--top", "3"], users);
    let (number, lists) = (|item: &str| item[4..item.find(',').unwrap()].parse::<u32>().unwrap(), lists(&csv));
    assert!(lists["c"].iter().all(|(item, _)| number(item) < 20), "{csv}");
    assert!(lists["d"].iter().all(|(item, _)| number(item) >= 40), "{csv}");
}

#[test]
fn unknown_items_are_counted_and_who_has_nothing_gets_the_popular_items() {
    let workplace = shop();
    let users = "{\"user\": \"a\", \"items\": [\"No. 1, red\", \"nothing\"]}\n{\"user\": 7, \"items\": []}\n";
    let args = ["recommend", "run", "--users", "-", "--form", "jsonl", "--top", "4"];
    let (lines, said) = with_stdin(&workplace, &args, users);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let has =
        |line: &Value| (line["user"].clone(), line["known"].clone(), line["unknown"].clone(), line["popular"].clone());
    assert_eq!(has(&lines[0]), ("a".into(), 1.into(), 1.into(), false.into()));
    assert_eq!(has(&lines[1]), ("7".into(), 0.into(), 0.into(), true.into()));
    assert!(lines.iter().all(|line| line["items"].as_array().unwrap().len() == 4));
    assert!(said.contains("1 items of 1 users are not known to the run"), "{said}");
    assert!(said.contains("1 of 2 users have no known item"), "{said}");
}

#[test]
fn the_expected_metric_is_written_with_how_good_it_is_on_test_users() {
    let workplace = shop();
    let users = "c\tNo. 1, red\tNo. 6, red\nnew\n";
    for role in ["actor", "ract"] {
        let args = ["recommend", "run", "--of", role, "--users", "-", "--predict", "--top", "2"];
        let (csv, said) = with_stdin(&workplace, &args, users);
        assert!(said.contains("expected ndcg@100, on 24 test users: correlation "), "{said}");
        let rows: Vec<_> = csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect();
        assert!(csv.starts_with("user,rank,item,score,expected\n"), "{csv}");
        let expected: Vec<Option<f64>> = rows.iter().map(|row| row[4].parse().ok()).collect();
        assert!(expected[0].is_some_and(|value| (0.0..=1.0).contains(&value)) && expected[0] == expected[1], "{csv}");
        assert_eq!(expected[2..], [None, None], "nothing is expected for who has nothing");
    }
    for args in [&["recommend", "run", "--of", "control", "--predict"][..], &["recommend", "ease", "--predict"]] {
        let (code, said) = failure(&workplace.ract(args).output().unwrap());
        assert!(code == 2 && said.contains("have a critic that predicts"), "{said}");
    }
}

#[test]
fn items_can_be_excluded_chosen_and_titled() {
    let workplace = shop();
    let write = |name: &str, text: &str| fs::write(workplace.folder.path().join(name), text).unwrap();
    write("some.txt", "No. 3, red\nNo. 4, red\nNo. 5, red\nNo. 8, red\n");
    write("not.txt", "No. 4, red\n");
    write("titles.csv", "product,price,title\n\"No. 3, red\",9,Third\n");
    let users = "c\tNo. 5, red\n";
    let args = ["recommend", "run", "--users", "-", "--candidates", "some.txt", "--exclude", "not.txt"];
    let titled = [&args[..], &["--titles", "titles.csv"]].concat();
    let (csv, _) = with_stdin(&workplace, &titled, users);
    let items: BTreeSet<String> = lists(&csv)["c"].iter().map(|(item, _)| item.clone()).collect();
    assert_eq!(items, ["No. 3, red", "No. 8, red"].map(str::to_owned).into(), "neither owned nor excluded: {csv}");
    assert!(csv.starts_with("user,rank,item,score,title\n") && csv.contains(",Third\n"), "{csv}");
    let similar = workplace.succeed(&["similar", "ease", "No. 3, red", "--top", "2", "--titles", "titles.csv"]);
    assert!(similar.starts_with("for someone who has only No. 3, red (Third)\n  1  No. "), "{similar}");
    assert_eq!(similar.lines().count(), 3);
}

#[test]
fn lists_are_written_as_parquet_and_read_again() {
    let workplace = shop();
    let write = |name: &str, text: &str| fs::write(workplace.folder.path().join(name), text).unwrap();
    write("users.txt", "c\tNo. 1, red\tNo. 6, red\nnew\n");
    write("titles.csv", "product,title\n\"No. 3, red\",Third\n");
    let args = ["recommend", "run", "--of", "ract", "--users", "users.txt", "--predict", "--titles", "titles.csv"];
    workplace.succeed(&[&args[..], &["--top", "60", "--out", "lists.parquet"]].concat());
    let csv = workplace.succeed(&[&args[..], &["--top", "60"]].concat());
    let file =
        SerializedFileReader::new(fs::File::open(workplace.folder.path().join("lists.parquet")).unwrap()).unwrap();
    let text = |field: &Field| match field {
        Field::Str(text) => text.clone(),
        Field::Int(number) => number.to_string(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => format!("{number:.4}"),
        Field::Null => String::new(),
        other => panic!("{other:?}"),
    };
    let rows: Vec<Vec<(String, String)>> = file
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect())
        .collect();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let of_csv: Vec<Vec<(String, String)>> = reader
        .records()
        .map(|row| header.iter().cloned().zip(row.unwrap().iter().map(str::to_owned)).collect())
        .collect();
    assert!(rows.len() > 100 && rows == of_csv, "{rows:?}\n{csv}");
    // Its users and items are found by name, as in any other Parquet file.
    workplace.succeed(&["recommend", "ease", "--top", "20", "--out", "all.parquet"]);
    let said = workplace.succeed(&["prepare", "all.parquet", "--heldout-users", "2", "--out", "again"]);
    assert!(said.starts_with("all.parquet: Parquet; users: user, items: item, ratings: score\n"), "{said}");
    assert!(said.contains("of 480 rows, 480 interactions of 24 users"), "{said}");
}

#[test]
fn the_lists_do_not_depend_on_how_many_users_there_are() {
    let workplace = shop();
    let users: Vec<String> =
        (0..50).map(|u| format!("u{u}\tNo. {}, red\tNo. {}, red\n", u % 20, (u * 3 + 1) % 20)).collect();
    let args = ["recommend", "run", "--users", "-", "--form", "jsonl"];
    let all = with_stdin(&workplace, &args, &users.concat()).0;
    let one_by_one: String = users.iter().step_by(9).map(|user| with_stdin(&workplace, &args, user).0).collect();
    let some: String = all.lines().step_by(9).map(|line| format!("{line}\n")).collect();
    assert_eq!(one_by_one, some);
}

/// Python with numpy, if there is one.
fn numpy() -> Option<&'static str> {
    let has_numpy = |python: &&str| {
        let output = std::process::Command::new(python).args(["-c", "import numpy"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = ["python3", "python"].into_iter().find(has_numpy);
    if found.is_none() {
        crate::support::say("skipped: there is no Python with numpy");
    }
    found
}

#[test]
fn numpy_computes_the_same_scores_from_what_is_exported() {
    let workplace = shop();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/load_export.py");
    for ActorEntry { name: network, .. } in ACTORS {
        let (run, exported) = (format!("run-{network}"), format!("exported-{network}"));
        let set = format!("actor.network=\"{network}\"");
        // An EASE part that covers some of the items, and not with its own weight; and a part of popularity.
        let part =
            ["--set", "actor.ease_items=40", "--set", "actor.ease_gain=2.5", "--set", "actor.popularity_power=-0.3"];
        let command = ["run", "shop.toml", "--out", &run, "--set", &set, "--set", "actor.epochs=2"];
        workplace.succeed(&[&command[..], &part[..]].concat());
        workplace.succeed(&["export", &run, "--out", &exported]);
        let items: Vec<String> = workplace.read(&format!("{exported}/items.txt")).lines().map(str::to_owned).collect();
        assert_eq!(items.join("\n") + "\n", workplace.read("shop/unique_sid.txt"));
        let Some(python) = numpy() else { continue };
        let history = ["No. 1, red", "No. 6, red"];
        let command = [&[script.to_str().unwrap(), &exported], &history[..]].concat();
        let output = std::process::Command::new(python).args(command).current_dir(&workplace.folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let found = text.lines().map(|line| line.split_once('\t').unwrap());
        let users = format!("c\t{}\n", history.join("\t"));
        let (csv, _) = with_stdin(&workplace, &["recommend", &run, "--users", "-"], &users);
        let expected = &lists(&csv)["c"];
        assert_eq!(text.lines().count(), expected.len());
        for ((item, score), (_, expected)) in found.zip(expected) {
            // Items whose scores are nearly equal may change places, so their scores are compared.
            assert!(
                (score.parse::<f64>().unwrap() - expected).abs() < 1e-5 && items.contains(&item.to_owned()),
                "{item}: {score}"
            );
        }
    }
    let (code, said) = failure(&workplace.ract(&["export", "ease", "--out", "x"]).output().unwrap());
    assert!(code == 2 && said.contains("a baseline has no network"), "{said}");
    let (code, said) = failure(&workplace.ract(&["export", "run", "--out", "shop"]).output().unwrap());
    assert!(code == 2 && said.contains("shop is not empty"), "{said}");
}

#[test]
fn the_machine_the_shell_and_the_data_are_shown() {
    let workplace = shop();
    let shown = workplace.succeed(&["data", "shop", "--svg", "shop.svg"]);
    assert!(
        shown.contains("| training ") && shown.contains("| test, held out ") && shown.contains("1.0000"),
        "{shown}"
    );
    assert!(workplace.read("shop.svg").starts_with("<svg"));
    let doctor: Value = serde_json::from_str(&workplace.succeed(&["doctor", "--json"])).unwrap();
    assert_eq!((&doctor["runs"], doctor["data"].as_array().map(Vec::len)), (&0.into(), Some(0)));
    assert!(doctor["free_memory_bytes"].as_u64().unwrap() > 0);
    assert!(workplace.succeed(&["doctor"]).contains("none prepared in data/"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(workplace.succeed(&["completions", shell]).contains("recommend"), "{shell}");
    }
    workplace.succeed(&["man", "pages"]);
    assert!(workplace.read("pages/ract-recommend.1").contains("\\-\\-users"));
}

#[test]
fn what_cannot_be_recommended_is_an_error_that_says_what_to_do() {
    let workplace = shop();
    let write = |name: &str, text: &str| fs::write(workplace.folder.path().join(name), text).unwrap();
    write("old.csv", "as it was");
    write("bad.jsonl", "{\"user\": 1, \"items\": []}\n{\"user\": 2}\n");
    write("pairs.csv", "user,item\n1,2\n");
    for (args, message) in [
        (&["recommend", "run", "--of", "warp"][..], "run has no warp; it has: actor, control, ract"),
        (&["recommend", "ease", "--of", "ract"], "this is a run of ease, not of ract"),
        (&["similar", "run", "No. 999"], "run: no training user has the item 'No. 999'"),
        (&["recommend", "run", "--users", "nowhere.txt"], "cannot read nowhere.txt: "),
        (&["recommend", "run", "--users", "bad.jsonl", "--out", "old.csv"], "bad.jsonl, line 2: missing field `items`"),
        (
            &["prepare", "pairs.csv", "--min-rating", "3", "--out", "x"],
            "pairs.csv: it has no ratings: leave out --min-rating",
        ),
        (&["prepare", "orders.csv", "--user-column", "who", "--out", "x"], "orders.csv, line 1: no column 'who'; "),
    ] {
        let (code, said) = failure(&workplace.ract(args).output().unwrap());
        assert!(said.contains(message) && code > 0, "{said}");
    }
    assert_eq!(workplace.read("old.csv"), "as it was", "a failure leaves an older file");
    // The lists may take the place of the users.
    write("users.txt", "c\tNo. 1, red\n");
    workplace.succeed(&["recommend", "run", "--users", "users.txt", "--out", "users.txt"]);
    assert_eq!(lists(&workplace.read("users.txt"))["c"].len(), 10);
}

#[test]
fn a_ranking_of_any_system_is_judged_with_how_good_that_is_on_test_users() {
    let workplace = shop();
    let lines = "{\"user\": \"a\", \"items\": [\"No. 1, red\"], \"list\": [\"No. 1, red\", \"No. 2, red\"]}\n\n\
                 {\"user\": \"b\", \"items\": [\"No. 1, red\"], \"scores\": {\"No. 1, red\": 3, \"No. 6, red\": -1.5}}\n\
                 {\"user\": \"c\", \"items\": [\"No. 1, red\", \"new\"], \"list\": [\"No. 9, red\", \"newer\"]}\n";
    let (csv, said) = with_stdin(&workplace, &["score", "run", "--lists", "-"], lines);
    let rows: Vec<_> = csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect();
    let counted: Vec<[&str; 3]> = rows.iter().map(|row| [&row[0], &row[2], &row[3]]).collect();
    assert_eq!(counted, [["a", "1", "2"], ["b", "1", "2"], ["c", "1", "1"]]);
    assert!(rows.iter().all(|row| (0.0..=1.0).contains(&row[1].parse::<f64>().unwrap())), "{csv}");
    for of in ["lists", "scores"] {
        let quality = format!("expected ndcg@100 of {of}, on this run's rankings of 24 test users: correlation ");
        assert!(said.contains(&quality), "{said}");
    }
    assert!(said.contains("1 of 3 rankings have none of their user's items among the first 100"), "{said}");

    let bad = |line: &str| {
        fs::write(workplace.folder.path().join("bad.jsonl"), line).unwrap();
        failure(&workplace.ract(&["score", "run", "--lists", "bad.jsonl"]).output().unwrap()).1
    };
    assert!(bad("\n{\"items\": []}\n").contains("bad.jsonl, line 2: name a list of items, or scores"));
    assert!(
        bad("{\"items\": [], \"list\": [1], \"scores\": {\"1\": 1}}")
            .contains("bad.jsonl, line 1: name a list or scores, not both")
    );
    let baseline = failure(&workplace.ract(&["score", "ease", "--lists", "bad.jsonl"]).output().unwrap()).1;
    assert!(baseline.contains("have a critic"), "{baseline}");
}
