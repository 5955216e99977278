//! Every op of the list (`ract_autodiff::ops::OPS`) against central differences, values worked out by hand, and inputs
//! that do not fit. An op without any of these is an error.

mod elementwise;
mod hold;
mod losses;
mod matrices;
mod of_two;
mod together;

use ndarray::array;
use ract_autodiff::ops::OPS;
use std::collections::BTreeSet;
use std::fs;

/// For each op a test of its name, which holds the cases of the function of that name.
macro_rules! tests {
    ($($kind:ident: $($op:ident)+;)+) => {
        $($(
            #[test]
            fn $op() {
                hold::hold(stringify!($op), $kind::$op);
            }
        )+)+

        const TESTED: &[&str] = &[$($(stringify!($op)),+),+];
    };
}

tests! {
    elementwise: exp ln sqrt tanh sigmoid softplus relu scale dropout squared_error bce_with_logits;
    of_two: add sub mul div reparameterize gaussian_kl;
    matrices: sum sum_squares mean sum_axis affine sparse_affine matmul concat slice gather_rows softmax log_softmax
        l2_normalize layer_norm batch_standardize standardize;
    losses: multinomial_nll weighted_squared_error warp lambda_rank;
}

#[test]
fn every_op_of_the_list_is_tested() {
    for op in OPS {
        assert!(TESTED.contains(op), "{op} has no test: write one, and name it in tests/ops/main.rs");
    }
    for op in TESTED {
        assert!(OPS.contains(op), "{op} is not in the list of ops (src/ops/mod.rs)");
    }
}

/// An op that nobody listed would escape all tests: so its name is looked for where it stands in the sources.
#[test]
fn every_op_of_the_sources_is_in_the_list() {
    let before_a_name = [
        "fn name(&self) -> &'static str {",
        ".elementwise(",
        ".elementwise_by_x(",
        ".elementwise_by_y(",
        ".arithmetic(",
        "listwise::apply(",
    ];
    let mut found = BTreeSet::new();
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ops")).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let code: Vec<_> = source.lines().filter(|line| !line.trim().starts_with("//")).collect();
        let code = code.join("\n");
        // Between quotes is a literal, before them is code.
        let parts: Vec<_> = code.split('"').collect();
        let literals =
            parts.chunks_exact(2).filter(|part| before_a_name.iter().any(|end| part[0].trim().ends_with(end)));
        found.extend(literals.map(|part| part[1].to_owned()));
    }
    let listed = OPS.iter().map(|&op| op.to_owned()).collect();
    let differ: Vec<_> = found.symmetric_difference(&listed).collect();
    assert!(differ.is_empty(), "{differ:?}: in src/ops, but not in its list, or in the list alone (src/ops/mod.rs)");
}

#[test]
#[should_panic(expected = "tanh: no case checks its gradients")]
fn an_op_whose_gradients_nobody_checks_is_found() {
    hold::hold("tanh", |op| _ = op.is(|_, [x]| x.tanh()).gives([array![[0.0]]], array![[0.0]]).fits_any());
}

#[test]
#[should_panic(expected = "tanh: no case holds a value worked out by hand")]
fn an_op_whose_value_nobody_worked_out_is_found() {
    hold::hold("tanh", |op| _ = op.is(|_, [x]| x.tanh()).has_right_gradients(hold::ANY).fits_any());
}

#[test]
#[should_panic(expected = "tanh: no case has inputs that do not fit")]
fn an_op_that_nobody_gave_what_does_not_fit_is_found() {
    let cases = |op: &mut hold::Op| {
        op.is(|_, [x]| x.tanh()).has_right_gradients(hold::ANY).gives([array![[0.0]]], array![[0.0]]);
    };
    hold::hold("tanh", cases);
}

#[test]
#[should_panic(expected = "tanh is not among the ops of its own case")]
fn a_case_of_another_op_is_found() {
    hold::hold("tanh", |op| _ = op.is(|_, [x]| x.exp()).fits_any());
}
