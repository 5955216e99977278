//! `ract show`: the results of finished runs, from their small files.

use crate::support::workplace::{Workplace, failure};

const QUICK: [&str; 6] = ["--set", "actor.epochs=2", "--set", "critic.epochs=1", "--set", "actor_critic.epochs=1"];

#[test]
fn what_a_run_printed_is_shown_again_from_its_folder_and_several_runs_stand_side_by_side() {
    let workplace = Workplace::new();
    let run = |out: &str, set: &str| {
        workplace.succeed(&[&["run", "tiny.toml", "--out", out, "--set", set][..], &QUICK].concat())
    };
    let printed = run("seeds", "seeds=[0, 1]");
    let one = run("one", "seed=2");
    assert_eq!(workplace.succeed(&["show", "seeds"]), printed);
    assert_eq!(workplace.succeed(&["show", "one"]), one);

    let both = workplace.succeed(&["show", "seeds", "one", "--metric", "recall@20"]);
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows: Vec<_> = both.lines().filter(|line| line.starts_with("| ")).map(cells).collect();
    assert_eq!(rows[0][1..4], ["run", "test RECALL@20", "seeds"]);
    let shown: Vec<_> = rows[1..].iter().map(|row| row[1..4].join(" ")).collect();
    let of_all = ["Mult-VAE", "control", "RaCT"];
    let expected = of_all.map(|role| format!("seeds {role} 2")).into_iter();
    assert_eq!(shown, expected.chain(of_all.map(|role| format!("one {role} 1"))).collect::<Vec<_>>());
}

#[test]
fn a_folder_without_a_finished_run_or_with_several_experiments_is_refused() {
    let workplace = Workplace::new();
    for out in ["all/a", "all/b"] {
        let latent = format!("actor.latent={}", if out == "all/a" { 4 } else { 8 });
        workplace.succeed(&[&["run", "tiny.toml", "--out", out, "--set", &latent][..], &QUICK].concat());
    }
    let (code, line) = failure(&workplace.ract(&["show", "all"]).output().unwrap());
    assert_eq!((code, line.as_str()), (2, "ract: all holds runs of several experiments: name their folders"));
    let (code, line) = failure(&workplace.ract(&["show", "experiments"]).output().unwrap());
    assert_eq!((code, line.as_str()), (2, "ract: experiments: no finished run is there"));
}
