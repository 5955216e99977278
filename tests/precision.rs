//! `precision` and `bf16_unit`: how exactly large products are computed.

use crate::support::say;
use crate::support::workplace::{Workplace, failure};
use ract_autodiff::Unit;
use serde_json::Value;

/// Few steps, with products that are large enough not to be in f32 always.
const WIDE: [&str; 12] = [
    "run",
    "tiny.toml",
    "--set",
    "actor.hidden=400",
    "--set",
    "data.synthetic.items=500",
    "--set",
    "actor.epochs=2",
    "--set",
    "critic.epochs=1",
    "--set",
    "actor_critic.epochs=1",
];

/// Runs with these settings; returns what it said on stderr.
fn run(workplace: &Workplace, out: &str, settings: &[&str]) -> String {
    let mut command = workplace.ract(&WIDE);
    command.args(settings.iter().flat_map(|set| ["--set", set])).args(["--out", out]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

/// All test metrics of a run.
fn test(workplace: &Workplace, run: &str) -> Value {
    workplace.json(&format!("{run}/result.json"))["test"].clone()
}

#[test]
fn a_run_in_bf16_says_what_multiplies_keeps_it_and_is_verified() {
    let workplace = Workplace::new();
    let exact = run(&workplace, "exact", &[]);
    assert!(exact.contains("; products in f32\n"), "{exact}");
    assert!(workplace.json("exact/result.json").get("products").is_none());
    for precision in ["bf16x3", "bf16"] {
        let said = run(&workplace, precision, &[&format!("precision={precision}"), "bf16_unit=portable"]);
        assert!(said.contains(&format!("; products in {precision}, unit portable\n")), "{said}");
        let result = workplace.json(&format!("{precision}/result.json"));
        assert_eq!(result["products"], format!("{precision}, unit portable"));
        let (here, exact) = (test(&workplace, precision), test(&workplace, "exact"));
        assert!(here != exact, "{precision} changed nothing");
        let [mean, exact] = [here, exact].map(|test| test["actor"]["ndcg@100"]["mean"].as_f64().unwrap());
        assert!((mean - exact).abs() < 0.02, "{precision}: {mean}, f32: {exact}");
        let verified = workplace.succeed(&["verify", precision]);
        assert!(verified.contains("largest difference 0"), "{verified}");
    }
}

#[test]
fn auto_is_three_products_of_bf16_where_the_tile_unit_is_and_f32_elsewhere() {
    let workplace = Workplace::new();
    let said = run(&workplace, "auto", &["precision=auto"]);
    if Unit::Amx.is_there() {
        assert!(said.contains("; products in bf16x3, unit amx\n"), "{said}");
        return;
    }
    assert!(said.contains("; products in f32\n"), "{said}");
    run(&workplace, "exact", &[]);
    assert!(test(&workplace, "auto") == test(&workplace, "exact"));
}

#[test]
fn a_precision_that_no_unit_makes_faster_is_f32_and_says_why() {
    if Unit::Amx.is_there() {
        say("skipped: the tile unit makes every precision faster");
        return;
    }
    let workplace = Workplace::new();
    let said = run(&workplace, "three", &["precision=bf16x3"]);
    assert!(said.contains("; products in f32, because no unit here is faster in bf16x3\n"), "{said}");
    run(&workplace, "exact", &[]);
    assert!(test(&workplace, "three") == test(&workplace, "exact"));
}

#[test]
fn a_unit_that_is_not_here_or_does_not_count_is_refused_before_a_folder_is_created() {
    let workplace = Workplace::new();
    let refused = |settings: &[&str]| {
        let mut command = workplace.ract(&["run", "tiny.toml"]);
        let (code, line) = failure(&command.args(settings.iter().flat_map(|set| ["--set", set])).output().unwrap());
        assert!(!workplace.exists("runs"));
        (code, line)
    };
    let (code, line) = refused(&["bf16_unit=portable"]);
    assert_eq!(code, 2);
    assert!(line.contains("bf16_unit counts with precision bf16x3 or bf16 alone"), "{line}");
    let (code, line) = refused(&["precision=bf16", "bf16_unit=tiles"]);
    assert_eq!(code, 2);
    assert!(line.contains("there is no unit 'tiles': write one of amx, avx512-bf16, portable"), "{line}");
    // With narrower vectors, no unit that computes on wide ones is used.
    let mut narrow = workplace.ract(&["run", "tiny.toml", "--vectors", "portable"]);
    narrow.args(["--set", "precision=bf16", "--set", "bf16_unit=avx512-bf16"]);
    let (code, line) = failure(&narrow.output().unwrap());
    assert_eq!(code, 2);
    assert!(line.contains("this machine has no unit avx512-bf16 for bf16"), "{line}");
    for unit in Unit::ALL.into_iter().filter(|unit| !unit.is_there()) {
        let (code, line) = refused(&["precision=bf16", &format!("bf16_unit={unit}")]);
        assert_eq!(code, 2);
        assert!(line.contains(&format!("this machine has no unit {unit} for bf16")), "{line}");
    }
}
