//! Every op of the list (`ract_autodiff::ops::OPS`) against central differences, values worked out by hand, and inputs
//! that do not fit. An op without any of these is an error.

mod elementwise;
mod hold;
mod losses;
mod matrices;
mod of_two;
mod together;

use ract_autodiff::ops::OPS;

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
