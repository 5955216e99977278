//! NCF's protocol (leave one out), from the command line to the table.

use crate::support::names;
use crate::support::workplace::{Workplace, failure};
use ract_data::{Dataset, Interactions};
use std::fs;
use std::path::Path;

/// 120 users of two tastes with 12 of 160 items each.
fn ratings() -> String {
    let item = |user: u32, k: u32| user % 2 * 80 + (user * 7 + k * (1 + user % 3)) % 80;
    let rows = (0..120).flat_map(|user| (0..12).map(move |k| format!("{user},{},3,{}\n", item(user, k), 1000 - k)));
    "userId,movieId,rating,timestamp\n".to_owned() + &rows.collect::<String>()
}

const PREPARE: [&str; 6] = ["prepare", "ncf", "--input", "ratings.csv", "--out", "data"];
const BASELINES: [&str; 5] = ["popularity", "knn", "als", "slim", "ease"];
const RUN_0: &str = "runs/ncf-tiny/mult-vae/seed-0";
const EXPERIMENT: &str = r#"
dataset = "ncf-tiny"
batch_size = 40
data.path = "data"

[actor]
hidden = 20
latent = 8
epochs = 5
learning_rate = 2e-2
anneal_batches = 100

[critic]
metric = "ndcg@10"
epochs = 2

[actor_critic]
epochs = 2
learning_rate = 1e-3

[evaluation]
metrics = ["recall@10", "ndcg@10"]
select = "ndcg@10"
"#;

fn prepared() -> Workplace {
    let workplace = Workplace::new();
    fs::write(workplace.folder.path().join("ratings.csv"), ratings()).unwrap();
    workplace.succeed(&PREPARE);
    workplace
}

#[test]
fn every_user_trains_and_has_an_item_to_be_found_among_a_hundred() {
    let workplace = prepared();
    let data = Dataset::read(&workplace.folder.path().join("data")).unwrap();
    assert_eq!((data.train.n_users(), data.validation.n_users(), data.test.n_users()), (120, 120, 120));
    assert_eq!((data.validation.held_out.len(), data.test.held_out.len()), (120, 120));
    assert_eq!(data.validation.fold_in, data.train);
    assert_eq!(data.test.fold_in.len(), data.train.len() + 120);
    for set in [&data.validation, &data.test] {
        let candidates = set.candidates.as_ref().unwrap();
        assert!((0..120).all(|user| candidates.items(user).len() == 100));
    }
    let meta = workplace.json("data/meta.json");
    assert_eq!(
        (&meta["protocol"], &meta["training_users"], &meta["heldout_users"]),
        (&"leave-one-out".into(), &120.into(), &120.into())
    );
    let files = names(&workplace.folder.path().join("data"));
    workplace.succeed(&[&PREPARE[..], &["--seed", "2"]].concat());
    assert_eq!(names(&workplace.folder.path().join("data")), files, "an older folder is replaced");
    assert_ne!(Dataset::read(&workplace.folder.path().join("data")).unwrap().test.candidates, data.test.candidates);
}

#[test]
fn actors_and_baselines_are_trained_chosen_and_tested_among_the_candidates_and_table_3_shows_them() {
    let workplace = prepared();
    let folder = workplace.folder.path().join("experiments/ncf-tiny");
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(format!("{name}.toml")), text).unwrap();
    write("mult-vae", &format!("seeds = [0, 1]\n{EXPERIMENT}"));
    let (_, evaluation) = EXPERIMENT.split_once("[evaluation]").unwrap();
    for method in BASELINES {
        let grid = if method == "als" { "grid.factors = [8]\n" } else { "" };
        let baseline = format!("[baseline]\nmethod = \"{method}\"\n{grid}[evaluation]{evaluation}");
        write(method, &format!("dataset = \"ncf-tiny\"\ndata.path = \"data\"\n{baseline}"));
    }

    let table = workplace.succeed(&["table", "3", "--data", "ncf-tiny"]);
    for method in BASELINES {
        let hits = &workplace.json(&format!("runs/ncf-tiny/{method}/result.json"))["test"][method]["recall@10"]["mean"];
        assert!(hits.as_f64().unwrap() > 0.15, "{method} is better than a tenth: {hits}");
    }
    let printed = workplace.succeed(&["run", "experiments/ncf-tiny/mult-vae.toml", "--set", "seed=0", "--out", RUN_0]);
    assert!(printed.contains("| test, 120 users, 100 items ranked "), "{printed}");
    let cells = |label: &str| -> Vec<String> {
        let row =
            table.lines().find(|line| line.starts_with(&format!("| {label} "))).unwrap_or_else(|| panic!("{table}"));
        row.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    assert_eq!(cells("ncf-tiny")[2..5], ["seeds", "HR@10", "NDCG@10"]);
    for (label, of) in [("Mult-VAE", "actor"), ("Mult-VAE, control", "control"), ("Mult-VAE, RaCT", "ract")] {
        let hits = ["0", "1"].map(|seed| {
            workplace.json(&format!("runs/ncf-tiny/mult-vae/seed-{seed}/result.json"))["test"][of]["recall@10"]["mean"]
                .as_f64()
                .unwrap()
        });
        assert_eq!(cells(label)[2], "2");
        assert!(cells(label)[3].starts_with(&format!("{:.4} ± ", (hits[0] + hits[1]) / 2.0)), "{table}");
    }
    let ease = &workplace.json("runs/ncf-tiny/ease/result.json")["test"]["ease"]["ndcg@10"]["mean"];
    let row = table.lines().find(|line| line.starts_with("| EASE (lambda ")).unwrap();
    assert!(row.contains(&format!("{:.4}", ease.as_f64().unwrap())), "{row}");
    assert_eq!(cells("NeuMF, pre-trained, published*")[3..5], ["0.730", "0.447"]);

    // Where it looks when no data set is named; the data set's own name is in the results.
    fs::rename(workplace.folder.path().join("runs/ncf-tiny"), workplace.folder.path().join("runs/ncf-ml-100k"))
        .unwrap();
    assert_eq!(workplace.succeed(&["table", "3", "--existing"]), table);
}

#[test]
fn what_ranks_all_items_is_not_in_table_3() {
    let workplace = Workplace::new();
    let metrics = r#"evaluation={metrics=["recall@10", "ndcg@10"]}"#;
    let few = ["--set", metrics, "--set", "actor.epochs=1", "--set", "critic.epochs=1"];
    workplace.succeed(&[&["run", "tiny.toml", "--out", "runs/tiny/mult-vae"][..], &few].concat());
    let table = workplace.succeed(&["table", "3", "--data", "tiny"]);
    assert!(!table.contains("| tiny ") && !table.contains("| Mult-VAE "), "{table}");
}

/// The authors' three files: the users 5 and 8, whose test items 2 and 3 are ranked among three and 120.
const TRAIN: &str = "5\t1\t4\t30\n5\t7\t4\t10\n8\t1\t5\t10\n8\t2\t5\t9\n5\t3\t1\t20\n5\t4\t0\t40\n8\t4\t3\t11\n8\t5\t3\t1\n5\t6\t3\t1\n";
const TEST: &str = "5\t2\t4\t1\n8\t3\t4\t12\n";

fn negative() -> String {
    let many: String = (100..220).map(|item| format!("\t{item}")).collect();
    format!("(5,2)\t100\t8\t9\n(8,3){many}\n")
}

fn write_published(folder: &Path, [train, test, negative]: [&str; 3]) {
    for (part, text) in [("train.rating", train), ("test.rating", test), ("test.negative", negative)] {
        fs::write(folder.join(format!("x.{part}")), text).unwrap();
    }
}

#[test]
fn the_test_of_the_authors_files_is_taken_as_it_is() {
    let workplace = Workplace::new();
    write_published(workplace.folder.path(), [TRAIN, TEST, &negative()]);
    workplace.succeed(&["prepare", "ncf", "--input", "x", "--out", "data"]);
    let data = Dataset::read(&workplace.folder.path().join("data")).unwrap();
    let ids: Vec<u64> = workplace.read("data/unique_sid.txt").lines().map(|line| line.parse().unwrap()).collect();
    let of = |part: &Interactions| -> Vec<Vec<u64>> {
        let sorted = |user| {
            let mut ids: Vec<_> = part.items(user).iter().map(|&item| ids[item as usize]).collect();
            ids.sort_unstable();
            ids
        };
        (0..part.n_users()).map(sorted).collect()
    };
    // Item 1 is user 5's latest, item 4 user 8's; a rating of 0 is no interaction.
    assert_eq!(of(&data.train), [vec![3, 6, 7], vec![1, 2, 5]]);
    assert_eq!(of(&data.validation.held_out), [[1], [4]]);
    assert_eq!(of(&data.test.fold_in), [vec![1, 3, 6, 7], vec![1, 2, 4, 5]]);
    assert_eq!(of(&data.test.held_out), [[2], [3]]);
    let candidates = of(data.test.candidates.as_ref().unwrap());
    assert_eq!((&candidates[0], candidates[1].len()), (&vec![2, 8, 9, 100], 121));
    let validation = of(data.validation.candidates.as_ref().unwrap());
    assert!(validation.iter().all(|items| items.len() == 100));
    assert!(!validation[0].iter().any(|item| [2, 3, 6, 7].contains(item)));
}

#[test]
fn a_bad_line_of_the_authors_files_is_named_with_file_line_and_value() {
    let workplace = Workplace::new();
    let refused = |files: [&str; 3]| {
        write_published(workplace.folder.path(), files);
        let (code, line) =
            failure(&workplace.ract(&["prepare", "ncf", "--input", "x", "--out", "data"]).output().unwrap());
        assert_eq!(code, 1, "{line}");
        assert!(!workplace.exists("data"));
        line
    };
    let negative = negative();
    for (train, said) in [
        ("5\t1\t4\t30\n5\tone\t4\t30\n", "x.train.rating, line 2: item is 'one', not a whole number of 0 or more"),
        ("5\t1\t4\tnoon\n", "x.train.rating, line 1: time is 'noon', not a number"),
        ("5\t1\t4\n", "x.train.rating, line 1: '5\\t1\\t4' has 3 fields instead of 4: user, item, rating, time"),
        ("5\t1\t4\t1\n8\t1\t4\t1\n", "x.train.rating, line 1: user 5 has 2 items, but needs 3"),
    ] {
        let few = ["prepare", "ncf", "--input", "x", "--out", "data", "--min-user-items", "1"];
        write_published(workplace.folder.path(), [train, TEST, &negative]);
        let (code, line) = failure(&workplace.ract(&few).output().unwrap());
        assert!(code == 1 && line.starts_with(&format!("ract: {said}")), "{line}");
    }
    for (test, said) in [
        ("5\t2\t4\t1\n9\t3\t4\t1\n", "x.test.rating, line 2: user 9 is not in x.train.rating"),
        ("5\t2\t4\t1\n5\t9\t4\t1\n", "x.test.rating, line 2: user 5 has had a line before"),
        ("5\t7\t4\t1\n", "x.test.rating, line 1: user 5 has item 7 in x.train.rating too"),
        ("5\t2\t4\t1\n", "x.test.rating: no line of user 8, who is in x.train.rating"),
    ] {
        assert_eq!(refused([TRAIN, test, &negative]), format!("ract: {said}"));
    }
    let pair = "x.test.negative, line 1: it starts with '(5,1)', not with (5,2) as line 1 of x.test.rating does";
    for (negative, said) in [
        ("(5,1)\t8\n(8,3)\t8\n", pair),
        ("(5,2)\t8\n(8,3)\t8\tx\n", "x.test.negative, line 2: an item is 'x', not a whole number of 0 or more"),
        ("(5,2)\n(8,3)\t8\n", "x.test.negative, line 1: no items to rank after (5,2)"),
        ("(5,2)\t8\n", "x.test.negative: only 1 lines, but x.test.rating has 2"),
        ("(5,2)\t8\n(8,3)\t8\n(9,3)\t8\n", "x.test.negative, line 3: x.test.rating has only 2 lines"),
    ] {
        assert_eq!(refused([TRAIN, TEST, negative]), format!("ract: {said}"));
    }
    fs::remove_file(workplace.folder.path().join("x.test.rating")).unwrap();
    let (_, line) = failure(&workplace.ract(&["prepare", "ncf", "--input", "x", "--out", "data"]).output().unwrap());
    assert!(line.starts_with("ract: cannot read x.test.rating: "), "{line}");
}

#[test]
fn what_does_not_go_with_leaving_one_out_is_a_matter_of_usage() {
    let workplace = Workplace::new();
    write_published(workplace.folder.path(), [TRAIN, TEST, &negative()]);
    let cases: [&[&str]; 4] = [
        &["--out", "data"],
        &["--out", "data", "--input", "x.csv", "--heldout-users", "5"],
        &["--out", "data", "--input", "x", "--min-rating", "3"],
        &["--out", "data", "--input", "x.csv", "--min-rating", "nan"],
    ];
    for case in cases {
        let output = workplace.ract(&[&["prepare", "ncf"], case].concat()).output().unwrap();
        assert_eq!(failure(&output).0, 2, "{case:?}");
    }
}
