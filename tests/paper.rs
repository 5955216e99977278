//! The paper's tables and figures, comparisons and searches through the whole program.

use crate::support::workplace::{EXPERIMENT, Workplace, failure};
use ract_models::fine_tuning::ARMS;
use serde_json::Value;
use std::fs;

/// Experiments on a small synthetic data set, in the places that tables and figures look for them.
fn workplace(experiments: &[(&str, &str)]) -> Workplace {
    let workplace = Workplace::new();
    let folder = workplace.folder.path().join("experiments/tiny");
    fs::create_dir_all(&folder).unwrap();
    for (name, keys) in experiments {
        fs::write(folder.join(format!("{name}.toml")), format!("{keys}\n{EXPERIMENT}")).unwrap();
    }
    workplace
}

fn mean(result: &Value, of: &str) -> f64 {
    result["test"][of]["ndcg@100"]["mean"].as_f64().unwrap()
}

fn cells(table: &str, label: &str) -> Vec<String> {
    let row = table.lines().find(|line| line.starts_with(&format!("| {label} "))).unwrap_or_else(|| panic!("{table}"));
    row.split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn a_table_trains_what_is_missing_and_takes_what_is_there() {
    let workplace = workplace(&[("mult-vae", "seeds = [0, 1]"), ("recvae", "")]);
    let synthetic = "[data.synthetic]\nusers = 400\nitems = 150\nheldout_users = 60\n";
    let ease = format!("dataset = \"tiny\"\n{synthetic}[baseline]\nmethod = \"ease\"\ngrid.lambda = [10, 100]\n");
    fs::write(workplace.folder.path().join("experiments/tiny/ease.toml"), ease).unwrap();
    let recvae = workplace.folder.path().join("experiments/tiny/recvae.toml");
    fs::write(&recvae, EXPERIMENT.replace("[actor]", "[actor]\nnetwork = \"wmf\"")).unwrap();

    let table = workplace.succeed(&["table", "4", "--data", "tiny"]);
    let of_seeds =
        [0, 1].map(|seed| mean(&workplace.json(&format!("runs/tiny/mult-vae/seed-{seed}/result.json")), "actor"));
    let actor = format!("{:.4}", of_seeds.iter().sum::<f64>() / 2.0);
    assert_eq!(cells(&table, "Mult-VAE")[2], "2");
    assert!(cells(&table, "Mult-VAE")[3].starts_with(&format!("{actor} ± ")), "{table}");
    assert_eq!(cells(&table, "WMF: recvae")[2], "1");
    let baseline = mean(&workplace.json("runs/tiny/ease/result.json"), "ease");
    assert!(cells(&table, "EASE")[3].starts_with(&format!("{baseline:.4} ± ")), "{table}");

    // Below it, each gain of each actor is tested as `ract compare` tests it.
    let compared = workplace.succeed(&["compare", "runs/tiny/mult-vae:control", "runs/tiny/mult-vae:ract"]);
    let compared = cells(&compared, "runs/tiny/mult-vae:ract - runs/tiny/mult-vae:control");
    let is_tested = |line: &&str| line.starts_with("| Mult-VAE ") && line.contains("| RaCT - control ");
    let tested: Vec<_> = table.lines().find(is_tested).unwrap().split('|').map(str::trim).collect();
    assert_eq!(tested[3..8], compared[2..7], "{table}");
    assert_eq!(table.lines().filter(|line| line.contains(" - before ")).count(), 4, "{table}");

    // What was kept of a run is as good as the run; nothing is trained again.
    fs::create_dir_all(workplace.folder.path().join("experiments/results")).unwrap();
    let [runs, kept] = ["runs/tiny", "experiments/results/tiny"].map(|place| workplace.folder.path().join(place));
    fs::rename(&runs, &kept).unwrap();
    assert_eq!(workplace.succeed(&["table", "4", "--data", "tiny"]), table);
    assert!(!runs.exists());

    let table = workplace.succeed(&["table", "2", "--data", "tiny"]);
    assert!(cells(&table, "Mult-VAE")[5].starts_with(&actor), "{table}");
    assert_eq!(cells(&table, "Mult-VAE")[6], "0.395 / 0.537 / 0.426");
    assert_eq!(cells(&table, "CDAE")[6], "0.391 / 0.523 / 0.418*");
}

#[test]
fn every_figure_is_drawn_from_runs_that_it_trains_itself() {
    let taken = "actor_from = \"runs/tiny/mult-vae\"";
    let critic = |keys: &str| format!("{taken}\nfine_tuning = [\"ract\"]\n{keys}");
    let metrics = "evaluation.metrics = [\"ndcg@1\", \"ndcg@3\", \"ndcg@5\", \"ndcg@20\", \"ndcg@50\", \"ndcg@100\", \"ndcg@200\"]";
    let arms = ARMS.iter().map(|arm| format!("\"{}\"", arm.name)).collect::<Vec<_>>().join(", ");
    let mut experiments = vec![(
        "mult-vae".to_owned(),
        format!("seeds = [0, 1]\nfine_tuning = [{arms}, \"ract\"]\nfull_rate.epochs = 2"),
    )];
    for name in ["without-seen", "without-unseen", "loss-only", "raw", "vectors", "rich"] {
        experiments.push((format!("critic-{name}"), critic("")));
    }
    for k in [1, 3, 5, 20, 50, 100, 200] {
        experiments.push((format!("cut-off-{k}"), format!("{taken}\n{metrics}")));
    }
    let experiments: Vec<_> = experiments.iter().map(|(name, keys)| (name.as_str(), keys.as_str())).collect();
    let workplace = workplace(&experiments);
    for number in 1..=7 {
        workplace.succeed(&["figure", &number.to_string(), "--data", "tiny"]);
        let file = |extension: &str| format!("experiments/figures/tiny/figure-{number}.{extension}");
        assert!(workplace.read(&file("svg")).starts_with("<svg"));
        let png = fs::read(workplace.folder.path().join(file("png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        assert!(workplace.read(&file("csv")).lines().count() > 5);
    }

    // Four quartiles of 15 users: the mean of their differences is the gain.
    let csv = workplace.read("experiments/figures/tiny/figure-5.csv");
    let differences =
        csv.lines().filter(|line| line.contains("by quartile, paired by user") && line.contains(",RaCT - Mult-VAE,"));
    let differences: Vec<f64> = differences.map(|line| line.rsplit(',').nth(1).unwrap().parse().unwrap()).collect();
    let gains = [0, 1].map(|seed| {
        let result = workplace.json(&format!("runs/tiny/mult-vae/seed-{seed}/result.json"));
        result["gain"]["ract-actor"]["ndcg@100"]["mean"].as_f64().unwrap()
    });
    let found = differences.iter().sum::<f64>() / 4.0;
    assert!(differences.len() == 4 && (found - gains.iter().sum::<f64>() / 2.0).abs() < 1e-12, "{csv}");

    // What is kept is enough for all but the networks.
    let figures = |number: u8| workplace.read(&format!("experiments/figures/tiny/figure-{number}.csv"));
    let titles = |csv: &str| -> Vec<String> { csv.lines().map(|line| line.split(',').take(3).collect()).collect() };
    let before = [4, 5].map(figures);
    assert_eq!(before[0].lines().filter(|line| line.contains(", training users, ")).count(), 4 * 60, "{}", before[0]);
    workplace.succeed(&["keep", "tiny"]);
    let runs = workplace.folder.path().join("runs");
    fs::rename(&runs, workplace.folder.path().join("away")).unwrap();
    for number in ["2", "3", "4", "5", "6"] {
        workplace.succeed(&["figure", number, "--data", "tiny"]);
    }
    // The panels of training users are drawn from the networks.
    let test =
        |csv: &str| titles(csv).into_iter().filter(|title| !title.contains("training users")).collect::<Vec<_>>();
    assert_eq!([4, 5].map(figures).map(|csv| titles(&csv)), before.map(|csv| test(&csv)));
    let kept = "experiments/results/tiny/mult-vae";
    let args = ["compare", &format!("{kept}:control"), &format!("{kept}:ract")];
    let table = workplace.succeed(&args);
    let packed = workplace.folder.path().join(kept).join("seed-0/per_user.csv.zst");
    let bytes = fs::read(&packed).unwrap();
    assert!(!runs.exists());
    // What was kept without the values of each user is trained again for a figure that needs them.
    fs::rename(workplace.folder.path().join("away"), &runs).unwrap();
    fs::remove_file(&packed).unwrap();
    workplace.succeed(&["figure", "4", "--data", "tiny"]);
    assert!(!packed.exists());
    workplace.succeed(&["keep", "tiny"]);
    assert_eq!(fs::read(&packed).unwrap(), bytes, "the same values are packed to the same bytes");
    assert_eq!(workplace.succeed(&args), table);
    // The kept values stand in for those that a run has lost.
    let values = runs.join("tiny/mult-vae/seed-0/per_user.csv");
    fs::remove_file(&values).unwrap();
    workplace.succeed(&["figure", "4", "--data", "tiny"]);
    assert!(!values.exists());

    let csv = workplace.read("experiments/figures/tiny/figure-6.csv");
    assert_eq!(csv.lines().filter(|line| line.starts_with("measured,")).count(), 8 * 7);
    let (code, line) = failure(&workplace.ract(&["figure", "3", "--data", "nowhere"]).output().unwrap());
    assert!(code == 1 && line.contains("there is no finished run of mult-vae"), "{line}");
}

#[test]
fn an_experiment_is_added_to_a_table_by_toml_alone() {
    let workplace = workplace(&[("mine", "")]);
    let row = r#"{ label = "My actor", experiment = "mine", role = "actor" }"#;
    let index = format!("[groups]\nmine = [\"mine\", \"elsewhere\"]\n[table.2]\ndata = \"tiny\"\nshow = [{row}]\n");
    fs::write(workplace.folder.path().join("experiments/index.toml"), index).unwrap();
    // Without `seeds` the run lies in the experiment's folder, where `ract run` trains it too.
    let table = workplace.succeed(&["table", "2"]);
    let actor = mean(&workplace.json("runs/tiny/mine/result.json"), "actor");
    assert!(cells(&table, "My actor")[5].starts_with(&format!("{actor:.4} ± ")), "{table}");
    assert_eq!(workplace.succeed(&["list", "mine", "--data", "tiny"]), "experiments/tiny/mine.toml\n");
    workplace.succeed(&["keep", "tiny"]);
    assert_eq!(
        workplace.read("experiments/results/tiny/mine/result.json"),
        workplace.read("runs/tiny/mine/result.json")
    );
    // Values of another result do not stay beside the new one.
    let [run, kept] =
        ["runs", "experiments/results"].map(|place| workplace.folder.path().join(place).join("tiny/mine"));
    assert!(kept.join("per_user.csv.zst").exists());
    fs::remove_file(run.join("per_user.csv")).unwrap();
    fs::write(run.join("result.json"), workplace.read("runs/tiny/mine/result.json") + "\n").unwrap();
    let output = workplace.ract(&["keep", "tiny"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("without the values of each user"), "{said}");
    assert!(!kept.join("per_user.csv.zst").exists());
    let (code, line) = failure(&workplace.ract(&["list", "yours"]).output().unwrap());
    assert!(code == 2 && line.ends_with("there is no group 'yours': write one of mine"), "{line}");
}

#[test]
fn a_comparison_is_paired_by_user_and_refuses_other_users() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let table = workplace.succeed(&["compare", "runs/tiny:control", "runs/tiny", "runs/tiny:actor"]);
    let gain = workplace.json("runs/tiny/result.json")["gain"]["ract-control"]["ndcg@100"].clone();
    let [mean, se] = ["mean", "se"].map(|key| gain[key].as_f64().unwrap());
    // The later one's name stands first.
    assert_eq!(cells(&table, "runs/tiny:ract - runs/tiny:control")[2], format!("{mean:+.4} ± {se:.4}"));
    assert_eq!(table.lines().filter(|line| line.starts_with('|')).count(), 5, "{table}");

    let file = workplace.folder.path().join("runs/tiny/per_user.csv");
    let values = workplace.read("runs/tiny/per_user.csv");
    let line = values.lines().position(|line| line.starts_with("ract,3,")).unwrap();
    let (before, value) = values.lines().nth(line).unwrap().rsplit_once(',').unwrap();
    fs::write(&file, values.replace(&format!("{before},{value}"), &format!("{before},NaN"))).unwrap();
    let (code, said) = failure(&workplace.ract(&["compare", "runs/tiny", "runs/tiny:actor"]).output().unwrap());
    let metric = values.lines().next().unwrap().rsplit(',').next().unwrap();
    let expected =
        format!("runs/tiny/per_user.csv, line {}: {metric} of user 3, ract, is 'NaN', not a finite number", line + 1);
    assert!(code == 1 && said.ends_with(&expected), "{said}");
    fs::write(&file, values).unwrap();

    workplace.succeed(&["run", "tiny.toml", "--out", "other", "--set", "data.synthetic.seed=1"]);
    let (code, line) = failure(&workplace.ract(&["compare", "runs/tiny", "other"]).output().unwrap());
    assert!(code == 2 && line.contains("were tested on different data"), "{line}");
    let (code, line) = failure(&workplace.ract(&["compare", "runs/tiny:warp", "runs/tiny"]).output().unwrap());
    assert!(code == 2 && line.contains("there are popularity, actor, control, ract"), "{line}");
}

#[test]
fn a_sweep_tries_its_combinations_once_and_ranks_them_by_the_validation_users() {
    let workplace = Workplace::new();
    let sweep = "fine_tuning = []\n[sweep]\nvalues = { \"actor.latent\" = [2, 16], \"actor.epochs\" = [1, 4] }\n";
    let text = EXPERIMENT.replacen("[data.synthetic]", &format!("{sweep}[data.synthetic]"), 1);
    fs::write(workplace.folder.path().join("search.toml"), text).unwrap();
    let table = workplace.succeed(&["sweep", "search.toml"]);
    let found: Vec<f64> =
        table.lines().skip(2).map(|line| line.split('|').nth(2).unwrap().trim().parse().unwrap()).collect();
    assert!(found.len() == 4 && found.is_sorted_by(|a, b| a >= b), "{table}");
    assert!(cells(&table, "trial-1")[3].contains("actor.latent=2"), "{table}");
    let before = workplace.read("runs/search/trial-3/result.json");
    assert_eq!(workplace.succeed(&["sweep", "search.toml"]), table);
    assert_eq!(workplace.read("runs/search/trial-3/result.json"), before);
    let (code, line) = failure(&workplace.ract(&["sweep", "tiny.toml"]).output().unwrap());
    assert!(code == 2 && line.contains("there is no section `sweep`"), "{line}");
}

#[test]
fn a_trial_that_diverges_does_not_stop_the_search() {
    let workplace = Workplace::new();
    let sweep = "fine_tuning = []\n[sweep]\nvalues = { \"actor.learning_rate\" = [1e30, 1e-3] }\n";
    let text = EXPERIMENT.replacen("[data.synthetic]", &format!("{sweep}[data.synthetic]"), 1);
    fs::write(workplace.folder.path().join("search.toml"), text).unwrap();
    let table = workplace.succeed(&["sweep", "search.toml"]);
    assert_eq!(cells(&table, "trial-1")[2], "diverged", "{table}");
    assert!(cells(&table, "trial-2")[2].parse::<f64>().is_ok(), "{table}");
}

#[test]
fn the_kept_sizes_of_data_sets_are_those_of_the_repository_whatever_is_prepared_beside_it() {
    let workplace = workplace(&[("mult-vae", "")]);
    let table = |arguments: &[&str]| workplace.succeed(&[&["table", "1", "--data", "tiny"], arguments].concat());
    let csv: String =
        (0..40).flat_map(|user| (0..8).map(move |k| format!("{user},{}\n", (user + k * 3) % 20))).collect();
    fs::write(workplace.folder.path().join("pairs.csv"), format!("user,item\n{csv}")).unwrap();
    workplace.succeed(&["prepare", "pairs.csv", "--out", "data/beside"]);
    assert!(table(&["--existing"]).contains("| beside "));
    assert!(!table(&["--kept"]).contains("| beside "));
}
