//! A budget that does not depend on the machine's mood: instructions of fixed small cases, counted by Valgrind's callgrind,
//! which knows AVX2 at most. Where there is no Valgrind, the test says so and passes.

#![cfg(target_arch = "x86_64")]
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ract_autodiff::optim::Adam;
use ract_autodiff::{Mat, Param, Sparse, Tape};
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Names the case for the process that Valgrind runs.
const CASE: &str = "RACT_COUNTED_CASE";
/// How much more than noted below may be spent, for other compilers.
const TOLERANCE: f64 = 1.15;

/// Thousands of instructions of each case, tests' profile.
const BUDGETS: [(&str, u64); 4] = [("tape", 3782), ("product", 1115), ("likelihood", 360), ("adam", 63)];

fn matrix(rows: usize, cols: usize) -> Mat<f32> {
    Mat::from_shape_fn((rows, cols), |(i, j)| ((i * 7 + j * 3) % 11) as f32 / 10.0 - 0.5)
}

/// Hundreds of operations on almost nothing: what the tape itself costs.
fn tape() -> impl FnOnce() {
    let x = Param::new("x", matrix(1, 4));
    let mut tape = Tape::new();
    move || {
        for _ in 0..10 {
            let start = tape.param(&x);
            let end = (0..30).fold(start, |y, _| (y + start).tanh());
            black_box(end.sum().backward([&x]).map(|grads| grads.len())).unwrap();
            tape.reset();
        }
    }
}

/// A dense layer, forward and backward: 48 x 96 by 96 x 128.
fn product() -> impl FnOnce() {
    let (x, w, b) = (matrix(48, 96), Param::new("w", matrix(96, 128)), Param::new("b", matrix(1, 128)));
    let tape = Tape::new();
    move || {
        let y = tape.input(x).affine(tape.param(&w), tape.param(&b)).sum_squares();
        black_box(y.backward([&w, &b]).map(|grads| grads.len())).unwrap();
    }
}

/// The likelihood of 20 users and 1000 items, forward and backward.
fn likelihood() -> impl FnOnce() {
    let logits = Param::new("logits", matrix(20, 1000));
    let ends = (0..=20).map(|user| user * 3).collect();
    let items = (0..20).flat_map(|user| [user, user + 100, user + 700]).collect();
    let targets = Arc::new(Sparse::new((20, 1000), ends, items, vec![1.0; 60]));
    let tape = Tape::new();
    move || {
        let loss = tape.param(&logits).multinomial_nll(&targets).mean();
        black_box(loss.backward([&logits]).map(|grads| grads.len())).unwrap();
    }
}

/// One step of Adam for 20,000 numbers.
fn adam() -> impl FnOnce() {
    let mut x = Param::new("x", matrix(20, 1000));
    let mut adam = Adam::new(1e-3, &[&x]);
    let tape = Tape::new();
    let grads = tape.param(&x).sum_squares().backward([&x]).unwrap();
    drop(tape);
    move || adam.step(vec![&mut x], &grads).unwrap()
}

/// Only what runs in here is counted.
#[inline(never)]
fn counted_part(run: impl FnOnce()) {
    run();
}

#[test]
fn the_case_that_valgrind_runs() {
    // On the one thread of a pool, so that nothing is handed to a thread that is not counted.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| match std::env::var(CASE).as_deref() {
        Ok("tape") => counted_part(tape()),
        Ok("product") => counted_part(product()),
        Ok("likelihood") => counted_part(likelihood()),
        Ok("adam") => counted_part(adam()),
        _ => {} // run with the other tests: nothing to count
    });
}

#[test]
fn fixed_small_cases_take_no_more_instructions_than_noted() {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("skipped: there is no valgrind to count instructions with");
        return;
    }
    let found: Vec<(&str, u64)> = BUDGETS.iter().map(|&(case, _)| (case, count(case) / 1000)).collect();
    let over = found.iter().zip(BUDGETS).filter(|((_, found), (_, budget))| *found as f64 > TOLERANCE * *budget as f64);
    assert_eq!(over.count(), 0, "found {found:?}, noted {BUDGETS:?}, in thousands");
}

fn count(case: &str) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted_part*"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "the_case_that_valgrind_runs", "--test-threads=1"])
        .env(CASE, case)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    let collected = report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    collected.unwrap_or_else(|| panic!("valgrind counted nothing:\n{report}"))
}
