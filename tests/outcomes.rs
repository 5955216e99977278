//! A critic that learns from a log of outcomes: `ract simulate`, `critic.target = "outcomes"`, the trust region.

use crate::support::workplace::Workplace;
use std::fs;

const START: &str = r#"
dataset = "shop"
batch_size = 100
fine_tuning = []
data.synthetic = { users = 1400, items = 200, heldout_users = 200, seed = 1 }
actor = { hidden = 60, latent = 20, epochs = 20, anneal_batches = 2000 }
evaluation = { metrics = ["sales@10", "ndcg@10"], select = "ndcg@10" }
"#;

/// The same actor, fine-tuned by the log.
fn by_log() -> String {
    let settings = r#"
actor_from = "start"
critic = { target = "outcomes", outcomes = "log.csv", metric = "sales@10", inputs = ["log-seen", "exposure"], features = "raw", hidden = [], learning_rate = 1e-2, epochs = 5 }
actor_critic = { epochs = 10, learning_rate = 1e-4, trust = 1.0 }
"#;
    START
        .replace("fine_tuning = []", "fine_tuning = [\"control\", \"ract\"]")
        .replace("\ndata.", &format!("{settings}data."))
}

/// A trained start, its log, and the experiment that learns from it.
fn shop() -> Workplace {
    let workplace = Workplace::new();
    fs::write(workplace.folder.path().join("start.toml"), START).unwrap();
    fs::write(workplace.folder.path().join("by-log.toml"), by_log()).unwrap();
    workplace.succeed(&["run", "start.toml", "--out", "start"]);
    let said = workplace.succeed(&[
        "simulate",
        "start",
        "--top",
        "10",
        "--lists",
        "15",
        "--temperature",
        "0.7",
        "--out",
        "log.csv",
    ]);
    assert!(said.contains("log.csv: 15,000 lists of 10 items"), "{said}");
    workplace
}

#[test]
fn a_critic_of_logged_sales_leads_the_actor_to_more_sales_than_the_control() {
    let workplace = shop();
    let log = workplace.read("log.csv") + "somebody,1 2 3,1\n";
    fs::write(workplace.folder.path().join("log.csv"), log).unwrap();
    let output = workplace.ract(&["run", "by-log.toml", "--out", "by-log"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("lists of the log that are left out: 1,"), "{said}");
    let result = workplace.json("by-log/result.json");
    let sales = |role: &str| result["test"][role]["sales@10"]["mean"].as_f64().unwrap();
    assert!(sales("ract") > 1.05 * sales("control"), "{} and {}", sales("ract"), sales("control"));
    let history = workplace.read("by-log/history.jsonl");
    let last: serde_json::Value = serde_json::from_str(history.lines().last().unwrap()).unwrap();
    for reported in ["predicted", "divergence", "rarely_shown", "held_out_outcome", "held_out_outcome_of_start"] {
        assert!(last["losses"][reported].is_number(), "{reported}: {last}");
    }
    workplace.succeed(&["verify", "by-log"]);
    let seen = workplace.succeed(&["inspect", "by-log", "--phase", "actor-critic"]);
    assert!(seen.contains("exposure"), "{seen}");

    // A wide trust region lets the actor go further.
    workplace.succeed(&[
        "run",
        "by-log.toml",
        "--set",
        "actor_critic.trust=0.05",
        "--set",
        "fine_tuning=[\"ract\"]",
        "--out",
        "far",
    ]);
    let divergence = |run: &str| {
        let history = workplace.read(&format!("{run}/history.jsonl"));
        let last: serde_json::Value = serde_json::from_str(history.lines().last().unwrap()).unwrap();
        last["losses"]["divergence"].as_f64().unwrap()
    };
    assert!(divergence("far") > 2.0 * divergence("by-log"));

    // A run that was stopped between the phases goes on to the same result.
    fs::copy(workplace.folder.path().join("by-log/result.json"), workplace.folder.path().join("whole.json")).unwrap();
    for file in ["result.json", "checkpoints/actor_critic.safetensors"] {
        fs::remove_file(workplace.folder.path().join(format!("by-log/{file}"))).unwrap();
    }
    workplace.succeed(&["run", "by-log.toml", "--out", "by-log"]);
    assert_eq!(workplace.json("by-log/result.json")["test"], workplace.json("whole.json")["test"]);
}

#[test]
fn what_a_critic_of_outcomes_cannot_do_is_said() {
    let workplace = Workplace::new();
    fs::write(workplace.folder.path().join("start.toml"), START).unwrap();
    fs::write(workplace.folder.path().join("by-log.toml"), by_log()).unwrap();
    let refused = |set: &str| {
        let output =
            workplace.ract(&["run", "by-log.toml", "--set", set, "--out", &set.replace('=', "-")]).output().unwrap();
        assert!(!output.status.success(), "{set}");
        String::from_utf8(output.stderr).unwrap().lines().last().unwrap().to_owned()
    };
    assert!(refused("critic.target=metric").contains("set critic.target = \"outcomes\" to learn from it"));
    assert!(refused("critic.features=standardised").contains("set critic.features = \"raw\""));
    assert!(refused("critic.inputs=[\"loss\"]").contains("critic.inputs may have seen, log-seen, exposure"));
    assert!(refused("batch_size=50").contains("log.csv"), "the log is not there");
    fs::write(workplace.folder.path().join("log.csv"), "user,items,outcome\n0,1 2,1\n").unwrap();
    assert!(refused("batch_size=60").contains("lists to train on"));
}
