//! The value of every op, against numbers worked out by hand: a gradient check cannot see a constant that is wrong.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ndarray::{Axis, array};
use ract_autodiff::{Mat, Sparse, Tape, Var};
use std::sync::Arc;

fn check<const N: usize>(
    inputs: [Mat<f64>; N],
    op: impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
    expected: Mat<f64>,
) {
    let tape = Tape::new();
    let inputs = inputs.map(|x| tape.input(x));
    let found = op(&tape, inputs).value().unwrap().clone();
    assert_eq!(found.dim(), expected.dim());
    for (a, b) in found.iter().zip(&expected) {
        assert!((a - b).abs() <= 1e-12, "{found} instead of {expected}");
    }
}

macro_rules! value {
    ($name:ident, [$($input:expr),*], $op:expr, $expected:expr) => {
        #[test]
        fn $name() {
            check([$($input),*], $op, $expected);
        }
    };
}

/// One user with the items 0 and 2, the latter twice as much; one without any.
fn targets() -> Arc<Sparse<f64>> {
    Arc::new(Sparse::new((2, 3), vec![0, 2, 2], vec![0, 2], vec![1.0, 2.0]))
}

const E: f64 = std::f64::consts::E;
const LN_2: f64 = std::f64::consts::LN_2;

value!(add, [array![[1.0, 2.0]], array![[3.0], [5.0]]], |_, [a, b]| a + b, array![[4.0, 5.0], [6.0, 7.0]]);
value!(sub, [array![[1.0, 2.0]], array![[3.0, 5.0]]], |_, [a, b]| a - b, array![[-2.0, -3.0]]);
value!(mul, [array![[2.0, 3.0]], array![[5.0]]], |_, [a, b]| a * b, array![[10.0, 15.0]]);
value!(div, [array![[1.0, 3.0]], array![[2.0, 4.0]]], |_, [a, b]| a / b, array![[0.5, 0.75]]);
value!(scale, [array![[1.0, -3.0]]], |_, [x]| x.scale(2.0), array![[2.0, -6.0]]);
value!(neg, [array![[1.0, -3.0]]], |_, [x]| -x, array![[-1.0, 3.0]]);
value!(tanh, [array![[0.0, 1.0]]], |_, [x]| x.tanh(), array![[0.0, (E * E - 1.0) / (E * E + 1.0)]]);
value!(relu, [array![[-2.0, 0.0, 2.0]]], |_, [x]| x.relu(), array![[0.0, 0.0, 2.0]]);
value!(sigmoid, [array![[0.0, 1.0, -800.0]]], |_, [x]| x.sigmoid(), array![[0.5, E / (1.0 + E), 0.0]]);
value!(softplus, [array![[0.0, 1.0, 800.0]]], |_, [x]| x.softplus(), array![[LN_2, (1.0 + E).ln(), 800.0]]);
value!(exp, [array![[0.0, 1.0]]], |_, [x]| x.exp(), array![[1.0, E]]);
value!(ln, [array![[1.0, 2.0]]], |_, [x]| x.ln(), array![[0.0, LN_2]]);
value!(sqrt, [array![[0.0, 4.0]]], |_, [x]| x.sqrt(), array![[0.0, 2.0]]);
value!(sum, [array![[1.0, 2.0], [3.0, 5.0]]], |_, [x]| x.sum(), array![[11.0]]);
value!(mean, [array![[1.0, 2.0], [3.0, 5.0]]], |_, [x]| x.mean(), array![[2.75]]);
value!(sum_squares, [array![[1.0, 2.0], [3.0, 5.0]]], |_, [x]| x.sum_squares(), array![[39.0]]);
value!(sum_down, [array![[1.0, 2.0], [3.0, 5.0]]], |_, [x]| x.sum_axis(Axis(0)), array![[4.0, 7.0]]);
value!(sum_along, [array![[1.0, 2.0], [3.0, 5.0]]], |_, [x]| x.sum_axis(Axis(1)), array![[3.0], [8.0]]);
value!(mean_down, [array![[1.0], [2.0], [6.0]]], |_, [x]| x.mean_axis(Axis(0)), array![[3.0]]);
value!(mean_along, [array![[1.0, 2.0, 6.0]]], |_, [x]| x.mean_axis(Axis(1)), array![[3.0]]);
value!(
    affine,
    [array![[1.0, 2.0]], array![[3.0, 4.0], [5.0, 6.0]], array![[0.5, -0.5]]],
    |_, [x, w, b]| x.affine(w, b),
    array![[13.5, 15.5]]
);
value!(
    sparse_affine,
    [array![[1.0], [10.0], [100.0]], array![[0.5]]],
    |tape, [w, b]| tape.sparse_affine(&targets(), w, b),
    array![[201.5], [0.5]]
);
value!(matmul, [array![[1.0, 2.0]], array![[3.0], [5.0]]], |_, [a, b]| a.matmul(b), array![[13.0]]);
value!(matmul_t, [array![[1.0, 2.0]], array![[3.0, 5.0]]], |_, [a, b]| a.matmul_t(b), array![[13.0]]);
value!(t_matmul, [array![[1.0], [2.0]], array![[3.0], [5.0]]], |_, [a, b]| a.t_matmul(b), array![[13.0]]);
value!(rows, [array![[1.0], [2.0], [3.0]]], |_, [x]| x.rows(1..3), array![[2.0], [3.0]]);
value!(no_rows, [array![[1.0], [2.0]]], |_, [x]| x.rows(1..1), Mat::zeros((0, 1)));
value!(columns, [array![[1.0, 2.0, 3.0]]], |_, [x]| x.columns(0..2), array![[1.0, 2.0]]);
value!(gather_rows, [array![[1.0], [2.0]]], |_, [x]| x.gather_rows(vec![1, 0, 1]), array![[2.0], [1.0], [2.0]]);
value!(concat, [array![[1.0]], array![[2.0, 3.0]]], |tape, [a, b]| tape.concat(&[a, b]), array![[1.0, 2.0, 3.0]]);
value!(
    softmax,
    [array![[0.0, LN_2], [800.0, 800.0]]],
    |_, [x]| x.softmax(),
    array![[1.0 / 3.0, 2.0 / 3.0], [0.5, 0.5]]
);
value!(log_softmax, [array![[800.0, 800.0]]], |_, [x]| x.log_softmax(), array![[-LN_2, -LN_2]]);
value!(dropout, [array![[1.0, 2.0]]], |_, [x]| x.dropout(array![[0.0, 1.0]], 0.25), array![[0.0, 8.0]]);
value!(l2_normalize, [array![[3.0, 4.0], [0.0, 0.0]]], |_, [x]| x.l2_normalize(), array![[0.6, 0.8], [0.0, 0.0]]);
value!(layer_norm, [array![[1.0, 5.0]]], |_, [x]| x.layer_norm(12.0), array![[-0.5, 0.5]]);
value!(batch_standardize, [array![[1.0], [5.0]]], |_, [x]| x.batch_standardize(12.0), array![[-0.5], [0.5]]);
value!(standardize, [array![[3.0, 5.0]]], |_, [x]| x.standardize(vec![1.0, 2.0], vec![4.0, 6.0]), array![[0.5, 0.5]]);
value!(squared_error, [array![[3.0, 5.0]]], |_, [x]| x.squared_error(array![[1.0, 8.0]]), array![[4.0, 9.0]]);
value!(
    bce_with_logits,
    [array![[0.0, 1.0, 800.0]]],
    |_, [x]| x.bce_with_logits(array![[1.0, 0.0, 1.0]]),
    array![[LN_2, (1.0 + E).ln(), 0.0]]
);
value!(
    multinomial_nll,
    [array![[0.0, 0.0, LN_2], [1.0, 2.0, 3.0]]],
    |_, [s]| s.multinomial_nll(&targets()),
    array![[2.0 * LN_2 + 2.0 * LN_2 - 2.0 * LN_2 + 2.0 * LN_2], [0.0]]
);
value!(
    weighted_squared_error,
    [array![[2.0, 3.0, 4.0], [1.0, 2.0, 3.0]]],
    |_, [s]| s.weighted_squared_error(&targets(), 5.0),
    // 5 (1 - 2)^2 + 3^2 + (1 + 4 * 2) (2 - 4)^2
    array![[50.0], [14.0]]
);
value!(
    reparameterize,
    [array![[1.0, 2.0]], array![[0.0, 2.0]]],
    |_, [mu, logvar]| mu.reparameterize(logvar, array![[3.0, -1.0]]),
    array![[4.0, 2.0 - E]]
);
value!(
    gaussian_kl,
    [array![[3.0, 0.0], [0.0, 0.0]], array![[0.0, 1.0], [0.0, 0.0]]],
    |_, [mu, logvar]| mu.gaussian_kl(logvar),
    array![[0.5 * (9.0 + E - 2.0)], [0.0]]
);
