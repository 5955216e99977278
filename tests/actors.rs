//! Every actor, fine-tuning and critic through the whole program.

use crate::support::workplace::{Workplace, failure};
use ract_models::actors::ACTORS;
use ract_models::features::{FEATURES, FeatureEntry};
use ract_models::fine_tuning::{ARMS, ArmEntry};
use serde_json::Value;
use std::fs;

fn ndcg(result: &Value, of: &str) -> f64 {
    result["test"][of]["ndcg@100"]["mean"].as_f64().unwrap()
}

/// The lines of the history of `run` that belong to `phase`.
fn epochs(workplace: &Workplace, run: &str, phase: &str) -> std::vec::IntoIter<Value> {
    let history = workplace.read(&format!("{run}/history.jsonl"));
    let epochs = history.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    epochs.filter(|epoch| epoch["phase"] == phase).collect::<Vec<_>>().into_iter()
}

#[test]
fn every_actor_is_trained_fine_tuned_by_the_critic_saved_and_compared() {
    let workplace = Workplace::new();
    for entry in ACTORS {
        let network = format!("actor.network={}", entry.name);
        let epochs = "actor.epochs=16";
        let table = workplace.succeed(&["run", "tiny.toml", "--out", entry.name, "--set", &network, "--set", epochs]);
        assert!(table.contains(&format!("| RaCT - {}", entry.label)), "{table}");
        let result = workplace.json(&format!("{}/result.json", entry.name));
        assert_eq!(result["actor"], entry.name);
        // Popularity is strong on so small a data set, and so few epochs; random scores reach about a third of it.
        let (actor, popularity) = (ndcg(&result, "actor"), ndcg(&result, "popularity"));
        assert!(actor > 0.7 * popularity, "{}: {actor} beside {popularity}", entry.name);
        assert_eq!(workplace.succeed(&["evaluate", entry.name]), table);
    }
}

#[test]
fn an_actor_that_trains_in_turns_resumes_with_the_same_bits() {
    let workplace = Workplace::new();
    let run = |out: &str| {
        workplace.succeed(&["run", "tiny.toml", "--out", out, "--set", "actor.network=recvae"]);
    };
    run("whole");
    run("stopped");
    let folder = workplace.folder.path().join("stopped");
    fs::remove_file(folder.join("result.json")).unwrap();
    fs::remove_file(folder.join("checkpoints/actor_critic.safetensors")).unwrap();
    run("stopped");
    assert!(workplace.outcome("whole") == workplace.outcome("stopped"));
}

#[test]
fn fine_tunings_start_from_the_same_actor_and_are_compared_with_it_and_with_the_critic() {
    let workplace = Workplace::new();
    let names: Vec<_> = ARMS.iter().map(|arm| format!("\"{}\"", arm.name)).collect();
    let all = format!("fine_tuning=[{}, \"ract\"]", names.join(", "));
    let table = workplace.succeed(&["run", "tiny.toml", "--set", &all]);
    let result = workplace.json("runs/tiny/result.json");
    for ArmEntry { key, label, .. } in ARMS {
        assert!(result["gain"].get(format!("{key}-actor")).is_some(), "{key}");
        assert!(result["gain"].get(format!("ract-{key}")).is_some(), "{key}");
        // An arm that only harms keeps its start.
        let is_start = result["kept_epoch"][key] == 0;
        assert_eq!(ndcg(&result, key) == ndcg(&result, "actor"), is_start, "{key}");
        assert!(table.contains(&format!("| {label} ")), "{label} in\n{table}");
        assert!(workplace.exists(&format!("runs/tiny/checkpoints/{key}.safetensors")), "{key}");
    }
    let without = workplace.succeed(&["run", "tiny.toml", "--out", "without", "--set", r#"fine_tuning=["flat"]"#]);
    assert!(!without.contains("RaCT") && !workplace.exists("without/checkpoints/critic.safetensors"));
    let alone = workplace.json("without/result.json");
    assert_eq!(alone["test"]["flat"], result["test"]["flat"]);
}

#[test]
fn of_several_step_sizes_the_best_one_is_kept_and_each_trains_as_if_alone() {
    let workplace = Workplace::new();
    let rates = "actor_critic.learning_rate=[1e-4, 1e-3, 1e-6]";
    workplace.succeed(&["run", "tiny.toml", "--out", "several", "--set", rates]);
    let best_alone = ["1e-4", "1e-3", "1e-6"].map(|rate| {
        let set = format!("actor_critic.learning_rate={rate}");
        workplace.succeed(&["run", "tiny.toml", "--out", rate, "--set", &set]);
        let of = epochs(&workplace, rate, "control").map(|epoch| epoch["validation"]["ndcg@100"].as_f64().unwrap());
        let best = of.fold(0.0, f64::max);
        (best, workplace.json(&format!("{rate}/result.json"))["test"]["control"].clone())
    });
    let (_, expected) = best_alone.iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    let several = workplace.json("several/result.json");
    assert_eq!(&several["test"]["control"], expected);
    let kept = several["kept_learning_rate"]["control"].as_f64().unwrap();
    assert!([1e-4, 1e-3, 1e-6].contains(&kept));
}

#[test]
fn the_critics_adam_goes_on_into_the_actor_critic_phase_and_each_step_size_starts_from_the_same_state() {
    let workplace = Workplace::new();
    let losses = |adam: &str| -> Vec<f64> {
        let adam = format!("actor_critic.critic_adam={adam}");
        let twice = "actor_critic.learning_rate=[1e-4, 1e-4]";
        workplace.succeed(&["run", "tiny.toml", "--out", &adam, "--set", &adam, "--set", twice]);
        let history = workplace.read(&format!("{adam}/history.jsonl"));
        let epochs = history.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        epochs
            .filter(|epoch| epoch["phase"] == "actor_critic")
            .map(|e| e["losses"]["critic_loss"].as_f64().unwrap())
            .collect()
    };
    let (continued, new) = (losses("continued"), losses("new"));
    for losses in [&continued, &new] {
        let (first, second) = losses.split_at(losses.len() / 2);
        assert_eq!(first, second);
    }
    assert_ne!(continued, new);
}

#[test]
fn a_fine_tuning_that_only_harms_keeps_its_start_and_gains_exactly_nothing() {
    let workplace = Workplace::new();
    let all = r#"fine_tuning=["control", "actor-full-rate", "ract"]"#;
    let harmful = ["actor_critic.learning_rate=0.5", "full_rate.learning_rate=0.5", "full_rate.epochs=2"];
    let args = ["run", "tiny.toml", "--set", all, "--set", harmful[0], "--set", harmful[1], "--set", harmful[2]];
    let output = workplace.ract(&args).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let result = workplace.json("runs/tiny/result.json");
    for (phase, role) in [("control", "control"), ("actor_full_rate", "actor_full_rate"), ("actor_critic", "ract")] {
        assert_eq!(result["kept_epoch"][phase], 0, "{phase}");
        assert_eq!(result["test"][role], result["test"]["actor"], "{role}");
        let gain = &result["gain"][format!("{role}-actor")]["ndcg@100"];
        assert_eq!((gain["mean"].as_f64(), gain["se"].as_f64()), (Some(0.0), Some(0.0)), "{role}");
    }
    assert!(result.get("kept_learning_rate").is_none());
    assert!(said.contains("no epoch was better than the actor that it started from"), "{said}");
}

#[test]
fn a_critic_sees_what_it_is_given_and_predicts_what_it_is_asked_to() {
    let workplace = Workplace::new();
    let variants: [&[&str]; 7] = [
        &[r#"critic.inputs=["loss"]"#],
        &[r#"critic.inputs=["unseen", "loss"]"#, "critic.features=raw"],
        &[
            r#"critic.inputs=["seen", "unseen", "loss", "head-loss", "tail-loss", "entropy", "score-gap", "lambda-rank"]"#,
        ],
        &[r#"critic.inputs=["scores", "items"]"#, "critic.features=raw"],
        &["critic.metric=dcg@20"],
        &["critic.metric=ap@5"],
        &["actor_critic.regulariser=1.0"],
    ];
    let mut outcomes = Vec::new();
    for (k, variant) in variants.iter().enumerate() {
        let out = k.to_string();
        let sets = variant.iter().flat_map(|set| ["--set", set]);
        let args: Vec<&str> = ["run", "tiny.toml", "--out", &out].into_iter().chain(sets).collect();
        workplace.succeed(&args);
        let validation: Vec<_> =
            epochs(&workplace, &out, "actor_critic").map(|epoch| epoch["validation"].clone()).collect();
        assert!(validation.iter().any(|value| *value != validation[0]), "{variant:?} moved the actor");
        outcomes.push(validation);
    }
    outcomes.dedup();
    assert_eq!(outcomes.len(), variants.len(), "each is another critic");
    let counts = workplace.ract(&["run", "tiny.toml", "--set", r#"critic.inputs=["seen"]"#]).output().unwrap();
    let (code, line) = failure(&counts);
    assert!(code == 2 && line.contains("nothing through which a gradient reaches the actor"), "{line}");
}

#[test]
fn every_feature_can_be_given_to_a_critic_and_is_shown_when_its_gradients_are() {
    let workplace = Workplace::new();
    let actor = "actor_from=\"runs/tiny\"";
    workplace.succeed(&["run", "tiny.toml", "--set", "critic.features=raw"]);
    for FeatureEntry { name, has_gradient, .. } in FEATURES {
        let inputs = if *name == "loss" { r#"["loss"]"#.to_owned() } else { format!(r#"["loss", "{name}"]"#) };
        let inputs = format!("critic.inputs={inputs}");
        let sets = ["--set", "critic.features=raw", "--set", actor, "--set", &inputs];
        workplace.succeed(&[&["run", "tiny.toml", "--out", name][..], &sets].concat());
        let shown = workplace.succeed(&["inspect", name, "--phase", "actor-critic"]);
        let (table, constants) = shown.split_once("constant, without gradient: ").unwrap_or((&shown, ""));
        let is_in_table = table.lines().any(|line| line.split(' ').next() == Some(name));
        let is_constant = constants.trim().split(", ").any(|constant| constant == *name);
        assert_eq!((is_in_table, is_constant), (*has_gradient, !has_gradient), "{name} in\n{shown}");
    }
}

#[test]
fn what_the_critic_makes_of_each_user_is_written_as_a_weight() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    workplace.succeed(&["inspect", "runs/tiny", "--weights", "weights.csv", "--weights-svg", "weights.svg"]);
    let csv = workplace.read("weights.csv");
    assert!(csv.starts_with("seen,unseen,loss,predicted,weight\n"), "{csv}");
    let rows: Vec<Vec<f64>> =
        csv.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 50, "a batch of users");
    assert!(rows.iter().all(|row| row[0] + row[1] >= 5.0 && row[2] > 0.0 && (0.0..=1.0).contains(&row[3])));
    assert!(rows.iter().any(|row| row[4] != 0.0));
    let svg = workplace.read("weights.svg");
    assert!(svg.starts_with("<svg"));
    assert_eq!(svg.matches("<circle").count(), rows.len(), "a point per user");
    let args = ["inspect", "runs/tiny", "--phase", "actor", "--weights", "none.csv"];
    let (code, line) = failure(&workplace.ract(&args).output().unwrap());
    assert!(code == 2 && line.contains("weights exist only in the actor-critic phase"), "{line}");
}
