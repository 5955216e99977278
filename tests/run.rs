//! `ract run` and `ract evaluate` as a whole program, on small synthetic data.

use crate::support::workplace::{EXPERIMENT, Workplace, failure};
use crate::support::{lines, wait_until};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// Epochs in all phases of the experiment.
const EPOCHS: usize = 6 + 5 + 4 + 5;

#[test]
fn one_command_trains_all_phases_and_prints_what_was_gained() {
    let workplace = Workplace::new();
    let table = workplace.succeed(&["run", "tiny.toml"]);
    for row in ["popularity", "Mult-VAE", "control", "RaCT", "RaCT - Mult-VAE", "control - Mult-VAE", "RaCT - control"]
    {
        let labels = table.lines().filter_map(|line| line.split('|').nth(1));
        assert_eq!(labels.filter(|label| label.trim() == row).count(), 1, "{row} in\n{table}");
    }
    assert_eq!(workplace.read("runs/tiny/history.jsonl").lines().count(), EPOCHS);
    let result = workplace.json("runs/tiny/result.json");
    let gain = &result["gain"]["ract-actor"]["ndcg@100"];
    let difference = result["test"]["ract"]["ndcg@100"]["mean"].as_f64().unwrap()
        - result["test"]["actor"]["ndcg@100"]["mean"].as_f64().unwrap();
    assert!((gain["mean"].as_f64().unwrap() - difference).abs() < 1e-12);
    assert!(gain["se"].as_f64().unwrap() > 0.0);
    assert!(result["peak_memory_bytes"].as_u64().unwrap() > 1 << 20);
    for phase in ["actor", "control", "critic", "actor_critic"] {
        assert!(result["seconds"][phase].as_f64().unwrap() > 0.0);
    }
    let ract = result["test"]["ract"]["ndcg@100"]["mean"].as_f64().unwrap();
    assert!(table.contains(&format!("{ract:.4}")));

    // A finished run is not trained again; evaluation finds the same.
    assert_eq!(workplace.succeed(&["run", "tiny.toml"]), table);
    assert_eq!(workplace.succeed(&["evaluate", "runs/tiny"]), table);
}

#[test]
fn where_there_are_tastes_the_actor_learns_more_than_what_everybody_likes() {
    let workplace = Workplace::new();
    let larger = "data.synthetic.users=3000 data.synthetic.items=1500 data.synthetic.heldout_users=300 actor.hidden=100 \
                  actor.latent=30 actor.epochs=12 actor.learning_rate=5e-3 actor.anneal_batches=2000";
    let args: Vec<_> =
        ["run", "tiny.toml"].into_iter().chain(larger.split(' ').flat_map(|set| ["--set", set])).collect();
    workplace.succeed(&args);
    let test = &workplace.json("runs/tiny/result.json")["test"];
    let mean = |model: &str| test[model]["ndcg@100"]["mean"].as_f64().unwrap();
    assert!(mean("actor") > mean("popularity") + 0.03, "{} against {}", mean("actor"), mean("popularity"));
}

#[test]
fn on_movielens_100k_the_actor_learns_more_than_what_everybody_likes() {
    let Some(ratings) = crate::support::shared("data/ml-100k/ratings.csv") else { return };
    let workplace = Workplace::new();
    let ratings = fs::canonicalize(ratings).unwrap();
    let options = "--min-rating 3.5 --heldout-users 150 --out ml-100k --input";
    let args: Vec<_> = ["prepare", "csv"].into_iter().chain(options.split(' ')).collect();
    workplace.succeed(&[&args[..], &[ratings.to_str().unwrap()]].concat());
    let experiment = EXPERIMENT.split("[data.synthetic]").next().unwrap().to_owned() + "data.path = \"ml-100k\"\n";
    fs::write(workplace.folder.path().join("ml-100k.toml"), experiment).unwrap();
    let settings = "actor.hidden=200 actor.latent=50 actor.epochs=30 actor_critic.epochs=2 critic.epochs=2";
    let settings = settings.split(' ').flat_map(|setting| ["--set", setting]);
    workplace.succeed(&["run", "ml-100k.toml"].into_iter().chain(settings).collect::<Vec<_>>());
    let test = &workplace.json("runs/ml-100k/result.json")["test"];
    let mean = |model: &str| test[model]["ndcg@100"]["mean"].as_f64().unwrap();
    assert!(mean("actor") > mean("popularity") + 0.05, "{} against {}", mean("actor"), mean("popularity"));
}

#[test]
fn another_seed_gives_another_network() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    workplace.succeed(&["run", "tiny.toml", "--out", "other", "--set", "seed=1"]);
    assert!(workplace.outcome("runs/tiny") != workplace.outcome("other"));
}

#[test]
fn an_inspected_batch_shows_the_count_features_as_constants() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let inspect = |phase| workplace.succeed(&["inspect", "runs/tiny", "--phase", phase, "--batch", "1"]);
    let shows = |text: &str, name: &str| text.lines().any(|line| line.split(' ').next() == Some(name));

    let both = inspect("actor-critic");
    assert!(both.ends_with("constant, without gradient: seen, unseen\n"), "{both}");
    for name in ["features", "loss", "logits", "z", "enc_w", "dec2_b"] {
        assert!(shows(&both, name), "{name} in\n{both}");
    }
    let critic = inspect("critic");
    assert!(critic.ends_with("constant, without gradient: seen, unseen\n"), "{critic}");
    assert!(shows(&critic, "w1") && !shows(&critic, "enc_w"), "{critic}");
    let actor = inspect("actor");
    assert!(!actor.contains("without gradient") && !shows(&actor, "features"), "{actor}");

    workplace.succeed(&["inspect", "runs/tiny", "--dot", "graph.dot", "--svg", "graph.svg"]);
    assert!(workplace.read("graph.dot").contains("label=\"seen\\nconstant\\n50 x 1\", shape=box, style=filled"));
    assert!(workplace.read("graph.svg").contains("<svg") && workplace.read("graph.svg").contains("multinomial_nll"));
    let (code, line) = failure(&workplace.ract(&["inspect", "runs/tiny", "--batch", "5"]).output().unwrap());
    assert_eq!((code, line.as_str()), (2, "ract: --batch 5: an epoch has 5 batches, the first is 0"));
}

#[test]
fn several_runs_are_summed_up_by_their_mean() {
    let workplace = Workplace::new();
    let mut mean = 0.0;
    for seed in ["0", "1"] {
        workplace.succeed(&["run", "tiny.toml", "--out", seed, "--set", &format!("seed={seed}")]);
        let result = workplace.json(&format!("{seed}/result.json"));
        mean += result["gain"]["ract-actor"]["ndcg@100"]["mean"].as_f64().unwrap() / 2.0;
    }
    let table = workplace.succeed(&["evaluate", "0", "1"]);
    let row = table.lines().find(|line| line.starts_with("| RaCT - Mult-VAE ")).unwrap();
    assert!(table.starts_with("| test, 60 users, 2 seeds ") && row.contains(&format!("{mean:+.4} ± ")), "{table}");
    assert!(table.trim_end().ends_with("In brackets: standard deviation between the seeds."), "{table}");
    // Popularity knows no seed.
    let popularity = &workplace.json("0/result.json")["test"]["popularity"]["ndcg@100"];
    let [popularity, se] = ["mean", "se"].map(|key| popularity[key].as_f64().unwrap());
    let row = table.lines().find(|line| line.starts_with("| popularity ")).unwrap();
    assert_eq!(row.split('|').nth(2).unwrap().trim(), format!("{popularity:.4} ± {se:.4}"));
}

#[test]
fn a_run_that_is_killed_in_every_phase_ends_with_the_same_bits() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml", "--out", "whole"]);
    for epochs in [2, 8, 13, 17] {
        let mut child = workplace.ract(&["run", "tiny.toml", "--out", "killed"]).stderr(Stdio::null()).spawn().unwrap();
        let history = workplace.folder.path().join("killed/history.jsonl");
        wait_until(&format!("{epochs} epochs"), || lines(&history) >= epochs);
        child.kill().unwrap();
        child.wait().unwrap();
        let evaluated = workplace.ract(&["evaluate", "killed"]).output().unwrap();
        if workplace.exists("killed/checkpoints/actor.safetensors") {
            assert!(String::from_utf8(evaluated.stdout).unwrap().contains("| Mult-VAE "));
        } else {
            let (code, line) = failure(&evaluated);
            assert_eq!((code, line.as_str()), (1, "ract: killed has finished no phase yet: go on with `ract run`"));
        }
    }
    workplace.succeed(&["run", "tiny.toml", "--out", "killed"]);
    assert!(workplace.outcome("whole") == workplace.outcome("killed"));
    let checkpoints = ["actor", "actor_critic", "control", "critic"].map(|phase| format!("{phase}.safetensors"));
    assert_eq!(crate::support::names(&workplace.folder.path().join("killed/checkpoints")), checkpoints);
    let run = [
        ".lock",
        "checkpoints",
        "config.toml",
        "data.sha256",
        "history.jsonl",
        "per_user.csv",
        "report.html",
        "result.json",
    ];
    assert_eq!(crate::support::names(&workplace.folder.path().join("killed")), run);
}

#[test]
fn an_actor_that_is_taken_from_another_run_leads_to_the_same_bits() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let other = ["--set", "critic.inputs=[\"loss\", \"seen\"]", "--set", "critic.metric=ndcg@5"];
    workplace.succeed(&[&["run", "tiny.toml", "--out", "runs/anew"], &other[..]].concat());
    let taken = ["run", "tiny.toml", "--out", "runs/taken", "--set", "actor_from=runs/tiny"];
    workplace.succeed(&[&taken[..], &other].concat());
    assert_eq!(workplace.outcome("runs/taken"), workplace.outcome("runs/anew"));
    assert_eq!(workplace.read("runs/taken/per_user.csv"), workplace.read("runs/anew/per_user.csv"));

    let refused = |set: &str| {
        let args = ["run", "tiny.toml", "--out", "refused", "--set", "actor_from=runs/taken", "--set", set];
        let output = workplace.ract(&args).output().unwrap();
        assert_eq!((output.status.code(), workplace.exists("refused")), (Some(2), false));
        String::from_utf8(output.stderr).unwrap()
    };
    let message = refused("actor.epochs=7");
    assert!(message.contains("actor_from: runs/taken trained another actor (actor.epochs is 6, not 7)"), "{message}");
    let message = refused("batch_size=50"); // as it was, but the default critic sees more
    assert!(message.contains("gathered no statistics of all that this critic sees"), "{message}");
}

#[test]
fn an_experiment_of_several_seeds_makes_a_run_of_each() {
    let workplace = Workplace::new();
    let printed = workplace.succeed(&["run", "tiny.toml", "--set", "seeds=[3, 5]", "--set", "actor.epochs=2"]);
    assert!(printed.contains("test, 60 users, 2 seeds"), "{printed}");
    assert_eq!(workplace.json("runs/tiny/seed-5/result.json")["seed"], 5);
    let printed = workplace.succeed(&["run", "tiny.toml", "--set", "seeds=[3, 5]", "--set", "seed=4", "--out", "one"]);
    assert!(printed.contains("test, 60 users") && workplace.exists("one/seed-4/result.json"), "{printed}");
}

#[test]
fn each_test_user_has_a_line_for_all_that_was_tested() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let csv = workplace.read("runs/tiny/per_user.csv");
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let metric = header.iter().position(|&name| name == "ndcg@100").unwrap();
    let (mut users, mut sum) = (0, 0.0);
    for line in lines.filter(|line| line[0] == "ract") {
        (users, sum) = (users + 1, sum + line[metric].parse::<f64>().unwrap());
        let [loss, predicted] = [4, 5].map(|column| line[column].parse::<f64>().unwrap());
        assert!(loss > 0.0 && (0.0..1.0).contains(&predicted), "{line:?}");
    }
    let result = workplace.json("runs/tiny/result.json");
    assert_eq!(result["test_users"], users);
    assert!((sum / f64::from(users) - result["test"]["ract"]["ndcg@100"]["mean"].as_f64().unwrap()).abs() < 1e-12);
    std::fs::remove_file(workplace.folder.path().join("runs/tiny/per_user.csv")).unwrap();
    workplace.succeed(&["evaluate", "runs/tiny"]);
    assert_eq!(workplace.read("runs/tiny/per_user.csv"), csv);
}

#[test]
fn a_history_that_broke_off_in_the_middle_of_a_line_is_mended() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let whole = workplace.outcome("runs/tiny");
    let run = workplace.folder.path().join("runs/tiny");
    fs::remove_file(run.join("result.json")).unwrap();
    fs::remove_file(run.join("checkpoints/actor_critic.safetensors")).unwrap();
    let history = workplace.read("runs/tiny/history.jsonl");
    fs::write(run.join("history.jsonl"), &history[..history.len() - 20]).unwrap();
    workplace.succeed(&["run", "tiny.toml"]);
    assert!(workplace.outcome("runs/tiny") == whole);
}

#[test]
fn what_cannot_run_says_why_in_one_line_and_leaves_nothing_behind() {
    let workplace = Workplace::new();
    let cases: [(&[&str], i32, &str); 7] = [
        (
            &["run", "tiny.toml", "--set", "actor.epoch=3"],
            2,
            "--set actor.epoch=3: unknown field `epoch`, expected one of",
        ),
        (
            &["run", "tiny.toml", "--set", "batch_size=281"],
            2,
            "batch_size is 281, but there are only 280 training users",
        ),
        (
            &["run", "tiny.toml", "--set", "data.path=nowhere"],
            2,
            "--set data.path=nowhere: data is either `path`, a prepared folder, or `synthetic`",
        ),
        (&["run", "missing.toml"], 1, "cannot read missing.toml: "),
        (&["run", "wrong.toml"], 2, "wrong.toml, line 3: unknown field `epochs`, expected one of"),
        (&["run", "nowhere.toml"], 1, "nowhere: no such folder, seen from "),
        (&["evaluate", "nowhere"], 2, "nowhere is not a run folder"),
    ];
    fs::write(workplace.folder.path().join("wrong.toml"), "dataset = \"x\"\ndata.path = \"x\"\nepochs = 3\n").unwrap();
    fs::write(workplace.folder.path().join("nowhere.toml"), "dataset = \"x\"\ndata.path = \"nowhere\"\n").unwrap();
    for (args, code, message) in cases {
        let (found, line) = failure(&workplace.ract(args).output().unwrap());
        assert_eq!(found, code, "{line}");
        assert!(line.starts_with(&format!("ract: {message}")), "{line}");
        assert!(!workplace.exists("runs"), "{args:?} left a run folder");
    }
}

#[test]
fn a_folder_with_another_run_is_not_touched() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let before = workplace.outcome("runs/tiny");
    let output = workplace.ract(&["run", "tiny.toml", "--set", "actor.epochs=7"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.contains("runs/tiny holds a run of another configuration (actor.epochs is 6, not 7)"), "{stderr}");
    assert!(workplace.outcome("runs/tiny") == before);
}

#[test]
fn a_folder_with_other_files_is_not_touched() {
    let workplace = Workplace::new();
    let output = workplace.ract(&["run", "tiny.toml", "--out", "."]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.contains(". is not a run folder: 'experiments' is in it"), "{stderr}");
    assert_eq!(crate::support::names(workplace.folder.path()), ["experiments", "tiny.toml"]);
}

#[test]
fn a_run_does_not_go_on_with_other_users_than_it_began_with() {
    let workplace = Workplace::new();
    let pairs = (0..300).flat_map(|user| (0..8).map(move |k| format!("{user},{}\n", (user * 7 + k * k) % 40)));
    fs::write(workplace.folder.path().join("pairs.csv"), "user,item\n".to_owned() + &pairs.collect::<String>())
        .unwrap();
    let experiment = EXPERIMENT.split("[data.synthetic]").next().unwrap().to_owned() + "data.path = \"prepared\"\n";
    fs::write(workplace.folder.path().join("tiny.toml"), experiment + "actor.epochs = 1\nactor_critic.epochs = 1\n")
        .unwrap();
    let prepare = |seed| {
        workplace.succeed(&[
            "prepare",
            "csv",
            "--input",
            "pairs.csv",
            "--heldout-users",
            "50",
            "--out",
            "prepared",
            "--seed",
            seed,
        ]);
    };
    prepare("1");
    let table = workplace.succeed(&["run", "tiny.toml"]);
    prepare("2");
    for args in [["run", "tiny.toml"], ["evaluate", "runs/tiny"]] {
        let output = workplace.ract(&args).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("runs/tiny holds a run on other data"), "{stderr}");
    }
    prepare("1");
    assert_eq!(workplace.succeed(&["evaluate", "runs/tiny"]), table);
}

#[test]
fn two_processes_do_not_write_to_one_folder() {
    let workplace = Workplace::new();
    let endless = ["run", "tiny.toml", "--set", "actor.epochs=100000"];
    let mut child = workplace.ract(&endless).stderr(Stdio::null()).spawn().unwrap();
    wait_until("a history", || workplace.exists("runs/tiny/history.jsonl"));
    let output = workplace.ract(&endless).output().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let holder = format!("another process is running in runs/tiny (process {} on ", child.id());
    assert!(stderr.contains(&holder) && stderr.contains(" s): wait for it or stop it"), "{stderr}");
}

#[test]
fn a_loss_that_is_not_finite_stops_the_run_with_its_place() {
    let workplace = Workplace::new();
    let output = workplace.ract(&["run", "tiny.toml", "--set", "actor.learning_rate=1e30"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("ract: actor, epoch 1, batch ") && stderr.contains("a lower actor.learning_rate may help"),
        "{stderr}"
    );
    assert!(!workplace.exists("runs/tiny/result.json") && workplace.folder.path().exists());
}

#[test]
fn a_profiled_run_says_for_each_phase_which_op_took_which_share_and_trains_the_same() {
    let place = Workplace::new();
    let table = place.succeed(&["run", "tiny.toml", "--out", "profiled", "--profile"]);
    assert!(table.contains("| phase "), "{table}");
    let profile = place.json("profiled/profile.json");
    let phases: Vec<_> = profile.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(phases, ["actor", "actor_critic", "control", "critic"]);
    for (phase, parts) in profile.as_object().unwrap() {
        let parts = parts.as_object().unwrap();
        let shares: f64 = parts.values().map(|part| part["share"].as_f64().unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-9, "{phase}: {shares}");
        assert!(parts.contains_key("sparse_affine 50 x 40, forward"), "{phase}: {parts:?}");
    }
    assert!(profile["actor"].get("actor's adam").is_some() && profile["critic"].get("ranking").is_some());
    place.succeed(&["run", "tiny.toml", "--out", "plain"]);
    assert!(!place.exists("plain/profile.json"));
    assert_eq!(place.json("plain/result.json")["test"], place.json("profiled/result.json")["test"]);
}

#[test]
fn epochs_that_random_streams_cannot_number_are_refused_before_a_folder_is_made() {
    let workplace = Workplace::new();
    for phase in ["actor", "critic", "actor_critic", "control", "full_rate"] {
        let set = format!("{phase}.epochs=4294967296");
        let (code, line) = failure(&workplace.ract(&["run", "tiny.toml", "--set", &set]).output().unwrap());
        assert!(code == 2 && line.contains("epochs is 4294967296: it may be 4294967295 at most"), "{line}");
    }
    assert!(!workplace.exists("runs"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_a_failure_and_a_closed_pipe_is_none() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for command in [&["run", "tiny.toml"][..], &["show", "runs/tiny"], &["prepare", "--list"]] {
        let output = workplace.ract(command).stdout(full()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && stderr.contains("cannot write to stdout: "), "{stderr}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert!(workplace.ract(&["show", "runs/tiny"]).stdout(writer).output().unwrap().status.success());
}

#[test]
fn control_characters_in_a_name_do_not_reach_the_terminal() {
    let workplace = Workplace::new();
    let (_, line) = failure(&workplace.ract(&["run", "no\u{1b}[31m.toml"]).output().unwrap());
    assert!(line.contains("cannot read no\\u{1b}[31m.toml"), "{line}");
    let output = workplace.ract(&["run", "tiny.toml", "--out", "a\u{1b}[31mb"]).output().unwrap();
    assert!(output.status.success() && !output.stderr.contains(&0x1b) && !output.stdout.contains(&0x1b));
}

#[test]
fn following_a_run_that_was_killed_ends_with_what_to_do() {
    let workplace = Workplace::new();
    let endless = ["run", "tiny.toml", "--set", "actor.epochs=100000"];
    let mut child = workplace.ract(&endless).stderr(Stdio::null()).spawn().unwrap();
    wait_until("a history", || workplace.exists("runs/tiny/history.jsonl"));
    child.kill().unwrap();
    child.wait().unwrap();
    let output = workplace.ract(&["follow", "runs/tiny"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("no process trains runs/tiny, and it is not finished"), "{stderr}");
}

#[test]
fn a_state_that_a_killed_process_left_behind_a_finished_phase_is_removed() {
    let workplace = Workplace::new();
    workplace.succeed(&["run", "tiny.toml"]);
    let run = workplace.folder.path().join("runs/tiny");
    // It was killed before it removed the state of the last phase.
    fs::remove_file(run.join("result.json")).unwrap();
    fs::copy(run.join("checkpoints/critic.safetensors"), run.join("checkpoints/state.safetensors")).unwrap();
    workplace.succeed(&["run", "tiny.toml"]);
    assert!(!workplace.exists("runs/tiny/checkpoints/state.safetensors"));
}

#[cfg(unix)]
#[test]
fn a_run_in_a_read_only_folder_is_evaluated_and_inspected_and_says_what_was_not_kept() {
    use std::os::unix::process::CommandExt;

    let workplace = Workplace::new();
    let table = workplace.succeed(&["run", "tiny.toml"]);
    let folder = workplace.folder.path();
    fs::remove_file(folder.join("runs/tiny/per_user.csv")).unwrap();
    set_modes(folder, 0o555, 0o444);
    // Root may write everywhere; then it is somebody else, who gets a program that they can reach.
    let is_root = fs::write(folder.join("probe"), "").is_ok();
    let program = folder.join("ract");
    if is_root {
        fs::copy(env!("CARGO_BIN_EXE_ract"), &program).unwrap();
    }
    let as_reader = |args: &[&str]| {
        let mut command = workplace.ract(args);
        if is_root {
            command = std::process::Command::new(&program);
            command.current_dir(folder).args(args).uid(65534).gid(65534);
        }
        command.output().unwrap()
    };
    let [evaluated, inspected] = [&["evaluate", "runs/tiny"][..], &["inspect", "runs/tiny"]].map(as_reader);
    let refused = as_reader(&["run", "tiny.toml", "--set", "seed=1"]);
    set_modes(folder, 0o755, 0o644);
    let said = String::from_utf8(evaluated.stderr).unwrap();
    assert!(evaluated.status.success() && String::from_utf8(evaluated.stdout).unwrap() == table, "{said}");
    let expected = "runs/tiny is read-only, so the values of each user are not kept there: cannot ";
    assert!(said.starts_with(expected) && said.contains("Permission denied"), "{said}");
    assert!(inspected.status.success(), "{}", String::from_utf8_lossy(&inspected.stderr));
    assert_eq!(refused.status.code(), Some(1), "it could write there");
    assert!(!workplace.exists("runs/tiny/per_user.csv"));
}

/// Of `folder` and of all that is in it.
#[cfg(unix)]
fn set_modes(folder: &Path, of_folders: u32, of_files: u32) {
    use std::os::unix::fs::PermissionsExt;

    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => set_modes(&path, of_folders, of_files),
            false => fs::set_permissions(&path, PermissionsExt::from_mode(of_files)).unwrap(),
        }
    }
    fs::set_permissions(folder, PermissionsExt::from_mode(of_folders)).unwrap();
}
