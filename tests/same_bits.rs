//! The same bits: whatever the number of threads, the processor's vectors and the interruptions, for every actor and
//! every fine-tuning arm.

use crate::support::workplace::Workplace;
use crate::support::{lines, say, wait_until};
use ract_models::actors::ACTORS;
use ract_models::fine_tuning::ARMS;
use rand::{Rng, SeedableRng};
use std::process::{Command, Stdio};

/// All arms, few epochs.
const SHORT: [&str; 6] = [
    "actor.epochs=3",
    "actor.decay=0.5",
    "critic.epochs=2",
    "actor_critic.epochs=2",
    "full_rate.epochs=1",
    "data.synthetic.users=300",
];

/// The arguments of a short run of this actor, with all arms.
fn short_run(network: &str) -> Vec<String> {
    let arms: Vec<_> = ARMS.iter().map(|arm| format!("\"{}\"", arm.name)).chain(["\"ract\"".to_owned()]).collect();
    let settings = [format!("actor.network={network}"), format!("fine_tuning=[{}]", arms.join(", "))];
    let settings = settings.into_iter().chain(SHORT.map(str::to_owned));
    ["run", "tiny.toml"]
        .map(str::to_owned)
        .into_iter()
        .chain(settings.flat_map(|set| ["--set".to_owned(), set]))
        .collect()
}

fn run(workplace: &Workplace, network: &str, out: &str, threads: &str, vectors: &str) {
    let mut command = workplace.ract(&["--vectors", vectors]);
    command.args(short_run(network)).args(["--out", out]).env("RAYON_NUM_THREADS", threads);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_actor_and_arm_has_the_same_bits_with_any_number_of_threads() {
    for entry in ACTORS {
        let workplace = Workplace::new();
        for threads in ["1", "2", "4"] {
            run(&workplace, entry.name, threads, threads, "widest");
        }
        for threads in ["2", "4"] {
            assert!(workplace.outcome("1") == workplace.outcome(threads), "{}, {threads} threads", entry.name);
        }
    }
}

#[test]
fn every_actor_and_arm_has_the_same_bits_with_any_vectors() {
    let has = |vectors: &&str| {
        let workplace = Workplace::new();
        let output = workplace.ract(&["list", "baselines", "--vectors", vectors]).output().unwrap();
        let is_refused = String::from_utf8_lossy(&output.stderr).contains("this processor has no vectors");
        if is_refused {
            say(&format!("skipped: this processor has no {vectors}"));
        }
        !is_refused
    };
    let narrower: Vec<_> = ["avx512", "avx2"].into_iter().filter(has).collect();
    for entry in ACTORS {
        let workplace = Workplace::new();
        run(&workplace, entry.name, "portable", "2", "portable");
        for vectors in &narrower {
            run(&workplace, entry.name, vectors, "2", vectors);
            assert!(workplace.outcome("portable") == workplace.outcome(vectors), "{}, {vectors}", entry.name);
        }
    }
}

/// QEMU plays the processor, so the C library takes its other functions too.
#[test]
fn a_processor_without_avx_and_one_with_avx2_have_the_same_bits_as_this_one() {
    const QEMU: &str = "qemu-x86_64";
    if Command::new(QEMU).arg("--version").stdout(Stdio::null()).status().is_err() {
        say("skipped: there is no qemu-x86_64 to play other processors");
        return;
    }
    let workplace = Workplace::new();
    run(&workplace, "mult-vae", "this", "2", "widest");
    for processor in ["Nehalem", "Haswell"] {
        let mut command = Command::new(QEMU);
        command.current_dir(workplace.folder.path()).args(["-cpu", processor, env!("CARGO_BIN_EXE_ract")]);
        let output = command.args(short_run("mult-vae")).args(["--out", processor]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(workplace.outcome("this") == workplace.outcome(processor), "{processor}");
    }
}

#[test]
fn every_actor_and_arm_has_the_same_bits_when_it_is_stopped_at_any_epoch() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(14);
    for entry in ACTORS {
        let workplace = Workplace::new();
        run(&workplace, entry.name, "whole", "2", "widest");
        let epochs_of = |run: &str| lines(&workplace.folder.path().join(run).join("history.jsonl"));
        let epochs = epochs_of("whole");
        let mut at = 0;
        while at < epochs {
            let mut command = workplace.ract(&[]);
            command.args(short_run(entry.name)).args(["--out", "stopped"]).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            at = rng.random_range(at + 1..=epochs);
            wait_until(&format!("{at} epochs"), || epochs_of("stopped") >= at);
            child.kill().unwrap();
            child.wait().unwrap();
        }
        run(&workplace, entry.name, "stopped", "2", "widest");
        assert!(workplace.outcome("whole") == workplace.outcome("stopped"), "{}", entry.name);
    }
}
