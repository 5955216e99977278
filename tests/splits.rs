//! Splits in which every user trains, from the command line to a table of results.

use crate::support::shared;
use crate::support::workplace::Workplace;
use ract::metrics::{Candidates, ItemFacts, Metric, score_users};
use ract_data::{Dataset, Interactions};
use ract_models::baselines::{Baseline, Ease};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// 120 users of two tastes with 12 of 60 items each, one a day from the first of January 2026 on.
fn orders() -> String {
    let step = |user: u32| [1, 7, 11][user as usize % 3];
    let item = |user: u32, k: u32| user % 2 * 30 + (user * 7 + k * step(user)) % 30;
    let rows =
        (0..120).flat_map(|user| (0..12).map(move |k| format!("2026-01-{:02};u{user};{}\n", k + 1, item(user, k))));
    "day;user;item\n".to_owned() + &rows.collect::<String>()
}

/// The same as lists: the first ten items of each user, and the last two.
fn lists() -> [String; 2] {
    [0..10_usize, 10..12].map(|places| {
        let list = |user: usize| {
            let rows = orders();
            let own = rows.lines().skip(1 + 12 * user + places.start).take(places.len());
            let items: String = own.map(|row| format!(" {}", row.rsplit(';').next().unwrap())).collect();
            format!("u{user}{items}\n")
        };
        (0..120).map(list).collect()
    })
}

fn workplace() -> Workplace {
    let workplace = Workplace::new();
    let write = |name: &str, text: &str| fs::write(workplace.folder.path().join(name), text).unwrap();
    write("orders.csv", &orders());
    let [train, test] = lists();
    write("train.txt", &train);
    write("test.txt", &test);
    write("pairs.csv", "user,item\n1,2\n1,3\n1,4\n");
    write(
        "actor.toml",
        "dataset = \"mine\"\nbatch_size = 40\ndata.path = \"data\"\n[actor]\nhidden = 20\nlatent = 8\nepochs = 3\n\
         [critic]\nepochs = 1\n[actor_critic]\nepochs = 1\n",
    );
    write("ease.toml", "dataset = \"mine\"\ndata.path = \"data\"\n[baseline]\nmethod = \"ease\"\ngrid.lambda = [5]\n");
    workplace
}

const FILE: [&str; 4] = ["prepare", "orders.csv", "--out", "data"];
const LAST: &[&str] = &["--split", "last", "--time-column", "day"];
const RATIO: &[&str] = &["--split", "ratio", "--seed", "7"];
const DATE: &[&str] = &[
    "--split",
    "date",
    "--time-column",
    "day",
    "--validation-from",
    "2026-01-09",
    "--test-from",
    "2026-01-11T00:00:00Z",
];
const GIVEN: [&str; 8] = ["prepare", "split", "--train", "train.txt", "--test", "test.txt", "--out", "data"];

#[test]
fn in_every_split_in_which_every_user_trains_actors_and_baselines_are_trained_and_tested() {
    let workplace = workplace();
    let ranked = "every user trains (weak generalisation): ";
    // How many items of a user train, are the validation's, are the test's.
    for (name, arguments, counts, said) in [
        ("last", [&FILE[..], LAST].concat(), [10, 1, 1], "each user's last item is the test's"),
        (
            "ratio",
            [&FILE[..], RATIO].concat(),
            [9, 1, 2],
            "of each user's items, 20 % at random are the test's and 10 %",
        ),
        ("date", [&FILE[..], DATE].concat(), [8, 2, 2], "what is from 2026-01-11T00:00:00Z on is the test's"),
        ("given", GIVEN.to_vec(), [9, 1, 2], "the test is given, and 10 % of each user's other items"),
    ] {
        let printed = workplace.succeed(&arguments);
        assert!(printed.contains(&format!("{ranked}{said}")), "{printed}");
        assert!(workplace.succeed(&["data", "data"]).contains(&format!("{ranked}{said}")));
        let meta = workplace.json("data/meta.json");
        assert_eq!((&meta["protocol"], &meta["scheme"]["kind"]), (&"known-users".into(), &name.into()));
        let data = Dataset::read(&workplace.folder.path().join("data")).unwrap();
        let of = |part: &Interactions| (part.n_users(), part.len());
        let [train, validation, test] = counts.map(|items| items * 120);
        assert_eq!([&data.train, &data.validation.fold_in].map(of), [(120, train); 2], "{name}");
        assert_eq!(of(&data.test.fold_in), (120, train + validation), "{name}");
        let held_out = [&data.validation.held_out, &data.test.held_out].map(of);
        assert_eq!(held_out, [(120, validation), (120, test)], "{name}");
        assert_eq!((data.n_items(), &data.test.candidates), (60, &None));

        let run = format!("runs/{name}");
        let table = workplace.succeed(&["run", "actor.toml", "--out", &run]);
        assert!(table.contains("| test, 120 users ") && table.contains("| RaCT "), "{table}");
        let ease = format!("runs/{name}-ease");
        workplace.succeed(&["baseline", "ease.toml", "--out", &ease]);
        let recall = &workplace.json(&format!("{ease}/result.json"))["test"]["ease"]["recall@20"]["mean"];
        assert!(recall.as_f64().unwrap() > 0.4, "{name}: EASE is better than chance: {recall}");
    }
}

#[test]
fn the_last_items_and_those_from_a_date_on_are_held_out_by_the_times_of_the_file() {
    let workplace = workplace();
    let mut reversed: Vec<String> = orders().lines().skip(1).map(str::to_owned).collect();
    reversed.reverse();
    let text = format!("day;user;item\n{}\n", reversed.join("\n"));
    fs::write(workplace.folder.path().join("orders.csv"), text).unwrap();
    let rows = orders();
    let days = |from: &str, to: &str| -> BTreeSet<(String, String)> {
        let of = |row: &str| {
            let mut fields = row.split(';').map(str::to_owned);
            Some((fields.next()?, (fields.next()?, fields.next()?)))
        };
        let rows = rows.lines().skip(1).filter_map(of);
        rows.filter(|(day, _)| (from..to).contains(&day.as_str())).map(|(_, pair)| pair).collect()
    };
    for (arguments, validation, test) in [(LAST, "2026-01-11", "2026-01-12"), (DATE, "2026-01-09", "2026-01-11")] {
        workplace.succeed(&[&FILE[..], arguments].concat());
        let pairs = |file: &str| named(&workplace, file);
        assert_eq!(pairs("train.csv"), days("", validation));
        assert_eq!(pairs("validation_te.csv"), days(validation, test));
        assert_eq!(pairs("test_te.csv"), days(test, "2027"));
        assert_eq!(pairs("test_tr.csv"), days("", test));
    }
}

/// The pairs of a file of `data`, in the names of the raw file.
fn named(workplace: &Workplace, file: &str) -> BTreeSet<(String, String)> {
    named_in(&workplace.folder.path().join("data"), file)
}

fn named_in(folder: &Path, file: &str) -> BTreeSet<(String, String)> {
    let lines = |file: &str| -> Vec<String> {
        fs::read_to_string(folder.join(file)).unwrap().lines().map(str::to_owned).collect()
    };
    let (users, items) = (lines("unique_uid.txt"), lines("unique_sid.txt"));
    let pair = |line: &String| {
        let (uid, sid) = line.split_once(',').unwrap();
        (users[uid.parse::<usize>().unwrap()].clone(), items[sid.parse::<usize>().unwrap()].clone())
    };
    lines(file).iter().skip(1).map(pair).collect()
}

/// The pairs of a published file: of lists, or of a table with tabs and a header.
fn published(path: &Path) -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(path).unwrap();
    let has_header = text.starts_with("user");
    let pairs = text.lines().skip(has_header.into()).flat_map(|line| {
        let mut fields = line.split_ascii_whitespace().map(str::to_owned);
        let user = fields.next().unwrap_or_default();
        fields.map(move |item| (user.clone(), item))
    });
    pairs.collect()
}

#[test]
fn the_files_that_graph_papers_publish_are_split_by_their_protocol() {
    // The published numbers: users, items, training pairs, test pairs.
    for (name, ending, [users, items, train, test]) in [
        ("gowalla-m1", "txt", [29_858, 40_981, 810_128, 217_242]),
        ("yelp2018", "txt", [31_668, 38_048, 1_237_259, 324_147]),
        ("amazon-electronic", "tsv", [13_455, 8_360, 182_398, 52_123]),
    ] {
        let file = |part: &str| shared(&format!("data/{name}/{part}.{ending}"));
        let (Some(of_train), Some(of_test)) = (file("train"), file("test")) else { continue };
        let workplace = Workplace::new();
        let [train_path, test_path] = [&of_train, &of_test].map(|path| path.to_str().unwrap());
        workplace.succeed(&["prepare", "split", "--train", train_path, "--test", test_path, "--out", "data"]);
        let data = Dataset::read(&workplace.folder.path().join("data")).unwrap();
        assert_eq!((data.train.n_users(), data.n_items()), (users, items), "{name}");
        assert_eq!((data.test.n_users(), data.test.held_out.len()), (users, test), "{name}");
        assert_eq!(data.train.len() + data.validation.held_out.len(), train, "{name}");
        let share = data.validation.held_out.len() as f64 / train as f64;
        assert!((0.09..0.11).contains(&share), "{name}: {share}");
        // To the pair: what is tested, what is seen in the test, and what trains or is validated.
        let pairs = |file: &str| named(&workplace, file);
        assert!(pairs("test_te.csv") == published(&of_test), "{name}");
        assert!(pairs("test_tr.csv") == published(&of_train), "{name}");
        let (training, validation) = (pairs("train.csv"), pairs("validation_te.csv"));
        assert!(training.is_disjoint(&validation) && &training | &validation == published(&of_train), "{name}");
    }
}

#[test]
fn pairs_of_a_given_test_that_train_and_users_who_do_not_are_left_out_and_counted() {
    let workplace = workplace();
    let write = |name: &str, text: &str| fs::write(workplace.folder.path().join(name), text).unwrap();
    write("a.txt", "1 10 11 12 13 14 15\n2 10 11 12 13 14\n3 10\n");
    // Two items of every user, which look like an item and a rating; item 20 is the test's alone.
    write("b.txt", "1 20 10\n2 15 11\n9 10 30\n");
    let printed = workplace.succeed(&["prepare", "split", "--train", "a.txt", "--test", "b.txt", "--out", "data"]);
    assert!(printed.contains("2 pairs of the test left out: they are in the training too"), "{printed}");
    assert!(printed.contains("1 users left out: they have no training items"), "{printed}");
    let pair = |user: &str, item: &str| (user.to_owned(), item.to_owned());
    assert_eq!(named(&workplace, "test_te.csv"), BTreeSet::from([pair("1", "20"), pair("2", "15")]));
    let data = Dataset::read(&workplace.folder.path().join("data")).unwrap();
    assert_eq!((data.train.n_users(), data.n_items(), data.validation.held_out.len()), (3, 8, 2));
    // Another share, another seed.
    let split = |more: &[&str]| {
        workplace.succeed(&[&GIVEN[..], more].concat());
        (named(&workplace, "validation_te.csv"), named(&workplace, "test_te.csv"))
    };
    let (one, other, larger) = (split(&[]), split(&["--seed", "2"]), split(&["--validation-share", "0.3"]));
    assert!(one.0 != other.0 && one.1 == other.1 && one.1 == larger.1);
    assert_eq!((one.0.len(), larger.0.len()), (120, 360));
}

#[test]
fn a_public_data_set_is_split_as_a_file_of_the_same_rows_is() {
    let workplace = workplace();
    let row = |(place, row): (usize, &str)| {
        let [_, user, item] = row.split(';').collect::<Vec<_>>()[..] else { panic!("{row}") };
        format!("{}\t{item}\t{}\t{}\n", &user[1..], 4 + place % 2, 1000 + place % 12)
    };
    let rows: String = orders().lines().skip(1).enumerate().map(row).collect();
    fs::write(workplace.folder.path().join("u.data"), rows).unwrap();
    for split in ["last", "ratio"] {
        let how = ["--split", split, "--seed", "3", "--out"];
        workplace.succeed(&[&["prepare", "u.data", "--min-rating", "3.5"][..], &how, &["file"]].concat());
        let said = workplace.succeed(&[&["prepare", "ml-100k", "--input", "u.data"][..], &how, &["named"]].concat());
        assert!(said.contains("every user trains"), "{said}");
        for file in ["train.csv", "validation_te.csv", "test_tr.csv", "test_te.csv"] {
            let of = |folder: &str| workplace.read(&format!("{folder}/{file}"));
            assert!(of("file") == of("named"), "{split}: {file} is another");
        }
    }
}

#[test]
fn what_a_split_lacks_or_does_not_know_is_said() {
    let workplace = workplace();
    let date =
        ["--split", "date", "--time-column", "day", "--validation-from", "2027-01-01", "--test-from", "2027-02-01"];
    let cases: [(&[&str], i32, &str); 13] = [
        (&["orders.csv", "--split", "last"], 2, "orders.csv: no column of times was found in it (a table: "),
        (&["pairs.csv", "--split", "last", "--time-column", "day"], 1, "pairs.csv, line 1: no column 'day'; "),
        (&["train.txt", "--split", "last"], 2, "train.txt: no column of times was found in it (A line `USER ITEM "),
        (&["pairs.csv", "--split", "last", "--format", "csv"], 1, "pairs.csv, line 1: no column timestamp; "),
        (&["orders.csv", "--split", "date"], 2, "--split date needs both --validation-from and --test-from"),
        (&["orders.csv", "--test-share", "0.1"], 2, "are for --split ratio: leave them out"),
        (
            &["orders.csv", "--split", "ratio", "--test-share", "1.5"],
            1,
            "--test-share is 1.5: choose a share between 0 and 1",
        ),
        (
            &["orders.csv", "--split", "ratio", "--heldout-users", "5"],
            2,
            "every user trains: leave out --heldout-users",
        ),
        (
            &["csv", "--input", "pairs.csv", "--heldout-users", "1", "--split", "ratio"],
            2,
            "are for public data sets and for a file whose format is found: leave them out",
        ),
        (&["msd", "--split", "last"], 2, "msd has no times, and this --split needs times: choose another --split"),
        (&["split", "--train", "train.txt"], 2, "`ract prepare split` needs --test FILE"),
        (
            &["split", "--train", "train.txt", "--test", "test.txt", "--split", "last"],
            2,
            "the test is given: leave out",
        ),
        (&["pairs.csv", "--train", "train.txt"], 2, "--train and --test are for `ract prepare split`: leave them out"),
    ];
    let late = [&["orders.csv"][..], &date[..]].concat();
    let all = cases.into_iter().chain([(&late[..], 1, "its times run from 1767225600 (2026-01-01T00:00:00Z) to ")]);
    for (arguments, expected, message) in all {
        let command = [&["prepare"][..], arguments, &["--out", "new"]].concat();
        let output = workplace.ract(&command).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
        assert!(!workplace.exists("new"));
    }
    let output =
        workplace.ract(&["prepare", "orders.csv", "--split", "date", "--test-from", "noon", "--out", "new"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("'noon' is no moment: a number, a date"));
}

#[test]
fn a_refit_trains_on_the_validation_items_too_for_as_many_epochs_as_were_best_without_them() {
    let workplace = workplace();
    workplace.succeed(&GIVEN);
    workplace.succeed(&["run", "actor.toml", "--out", "first"]);
    let best = workplace.json("first/result.json")["kept_epoch"]["actor"].as_u64().unwrap();
    let file = |name: &str| fs::read_to_string(workplace.folder.path().join(name)).unwrap();
    let refit = format!("refit_of = \"first\"\nfine_tuning = []\n{}", file("actor.toml"));
    fs::write(workplace.folder.path().join("refit.toml"), &refit).unwrap();
    let output = workplace.ract(&["run", "refit.toml", "--out", "again"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("120 validation and 120 test users, 60 items, 1200 interactions"));
    assert_eq!(workplace.json("again/result.json")["kept_epoch"]["actor"].as_u64(), Some(best));
    let history = file("again/history.jsonl");
    assert_eq!((history.lines().count() as u64, history.contains("validation")), (best, false));
    workplace.succeed(&["verify", "again"]);
    workplace.succeed(&["recommend", "again", "--top", "3"]);

    // A baseline chooses, fits again and is tested, in one run.
    let ease = file("ease.toml").replace("[baseline]", "refit = true\n[baseline]");
    fs::write(workplace.folder.path().join("ease.toml"), ease).unwrap();
    workplace.succeed(&[
        "run",
        "ease.toml",
        "--set",
        "evaluation.metrics=[\"recall-all@20\", \"recall@20\"]",
        "--out",
        "ease",
    ]);
    let data = Dataset::read_with_validation(&workplace.folder.path().join("data")).unwrap();
    let fold_in = &data.test.fold_in;
    assert_eq!(data.train, *fold_in, "what the test sees is what the refit trains on");
    let scores = Ease::<f32>::fit(&data.train, 5.0, 0).unwrap().scores(fold_in);
    let recall = "recall-all@20".parse::<Metric>().unwrap();
    let values = score_users(
        |user| scores.row(user),
        Candidates::AllBut(fold_in),
        &data.test.held_out,
        &[recall],
        &ItemFacts::default(),
    );
    let found = workplace.json("ease/result.json")["test"]["ease"]["recall-all@20"]["mean"].as_f64().unwrap();
    assert!((values.mean().unwrap() - found).abs() < 1e-12);
    workplace.succeed(&["verify", "ease"]);
    // Both are on the prepared data, so they can be paired.
    let compared = workplace.succeed(&["compare", "ease", "again:actor", "--metric", "recall@20"]);
    assert!(compared.contains("again:actor - ease:ease"), "{compared}");

    // What cannot be refitted is said.
    let refuse = |set: &str, message: &str| {
        let output = workplace.ract(&["run", "refit.toml", "--set", set, "--out", "new"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(message) && output.status.code() == Some(2), "{set}: {said}");
        assert!(!workplace.exists("new"));
    };
    refuse("refit_of=nowhere", "refit_of: no run in nowhere has finished its actor: train it first");
    refuse("refit_of=again", "again is a refit itself: name the run whose validation chose the epochs");
    refuse("actor.hidden=21", "first has other settings (actor.hidden is 20, not 21): make them the same");
    refuse("fine_tuning=[\"ract\"]", "refit_of trains the actor alone: set fine_tuning = []");
    workplace.succeed(&["prepare", "orders.csv", "--out", "strong"]);
    let output = workplace.ract(&["run", "refit.toml", "--set", "data.path=strong", "--out", "new"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("first was trained on other data"), "{said}");
}
