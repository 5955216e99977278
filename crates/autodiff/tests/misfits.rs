//! What an op says of inputs that do not fit: op, node and shapes.

use ndarray::Axis;
use ract_autodiff::{Mat, Sparse, Tape, Var};
use std::sync::Arc;

/// The message of an op on inputs of the given shapes, when its node is named 'here'.
fn message<const N: usize>(
    shapes: [(usize, usize); N],
    op: impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) -> String {
    let tape = Tape::new();
    let inputs = shapes.map(|shape| tape.input(Mat::zeros(shape)));
    match op(&tape, inputs).named("here").value() {
        Ok(value) => format!("it fits: {:?}", value.dim()),
        Err(error) => error.to_string(),
    }
}

fn sparse(rows: usize, cols: usize) -> Arc<Sparse<f64>> {
    Arc::new(Sparse::zero((rows, cols)))
}

macro_rules! misfit {
    ($name:ident, $shapes:expr, $op:expr, $message:expr) => {
        #[test]
        fn $name() {
            assert_eq!(message($shapes, $op), $message);
        }
    };
}

misfit!(add, [(3, 4), (3, 5)], |_, [a, b]| a + b, "add 'here': the left side is 3 x 4, the right side 3 x 5");
misfit!(sub, [(3, 4), (2, 4)], |_, [a, b]| a - b, "sub 'here': the left side is 3 x 4, the right side 2 x 4");
misfit!(mul, [(3, 4), (4, 3)], |_, [a, b]| a * b, "mul 'here': the left side is 3 x 4, the right side 4 x 3");
misfit!(div, [(3, 1), (2, 4)], |_, [a, b]| a / b, "div 'here': the left side is 3 x 1, the right side 2 x 4");
misfit!(
    affine,
    [(3, 4), (5, 2), (1, 2)],
    |_, [x, w, b]| x.affine(w, b),
    "affine 'here': x is 3 x 4, weights are 5 x 2"
);
misfit!(
    affine_bias,
    [(3, 4), (4, 2), (2, 1)],
    |_, [x, w, b]| x.affine(w, b),
    "affine 'here': weights are 4 x 2, bias is 2 x 1, not 1 x 2"
);
misfit!(
    sparse_affine,
    [(5, 2), (1, 2)],
    |tape, [w, b]| tape.sparse_affine(&sparse(3, 4), w, b),
    "sparse_affine 'here': x is 3 x 4, weights are 5 x 2"
);
misfit!(
    matmul,
    [(3, 4), (3, 4)],
    |_, [a, b]| a.matmul(b),
    "matmul 'here': the left side is 3 x 4, the right side 3 x 4"
);
misfit!(
    matmul_t,
    [(3, 4), (4, 3)],
    |_, [a, b]| a.matmul_t(b),
    "matmul 'here': the left side is 3 x 4, the right side, transposed, 3 x 4"
);
misfit!(
    t_matmul,
    [(3, 4), (4, 3)],
    |_, [a, b]| a.t_matmul(b),
    "matmul 'here': the left side, transposed, is 4 x 3, the right side 4 x 3"
);
misfit!(
    multinomial_nll,
    [(3, 4)],
    |_, [s]| s.multinomial_nll(&sparse(3, 5)),
    "multinomial_nll 'here': the scores are 3 x 4, the targets 3 x 5"
);
misfit!(
    weighted_squared_error,
    [(3, 4)],
    |_, [s]| s.weighted_squared_error(&sparse(2, 4), 5.0),
    "weighted_squared_error 'here': the scores are 3 x 4, the targets 2 x 4"
);
misfit!(warp, [(3, 4)], |_, [s]| s.warp(&sparse(2, 4)), "warp 'here': the scores are 3 x 4, the targets 2 x 4");
misfit!(
    lambda_rank,
    [(3, 4)],
    |_, [s]| s.lambda_rank(&sparse(2, 4)),
    "lambda_rank 'here': the scores are 3 x 4, the targets 2 x 4"
);
misfit!(
    reparameterize,
    [(3, 4), (3, 5)],
    |_, [mu, logvar]| mu.reparameterize(logvar, Mat::zeros((3, 4))),
    "reparameterize 'here': the left side is 3 x 4, the right side 3 x 5"
);
misfit!(
    reparameterize_noise,
    [(3, 4), (3, 4)],
    |_, [mu, logvar]| mu.reparameterize(logvar, Mat::zeros((2, 4))),
    "reparameterize 'here': mu and logvar are 3 x 4, eps is 2 x 4"
);
misfit!(
    gaussian_kl,
    [(3, 4), (2, 4)],
    |_, [mu, logvar]| mu.gaussian_kl(logvar),
    "gaussian_kl 'here': the left side is 3 x 4, the right side 2 x 4"
);
misfit!(
    concat,
    [(3, 4), (2, 4)],
    |tape, [a, b]| tape.concat(&[a, b]),
    "concat 'here': the inputs are 3 x 4, 2 x 4: their rows differ"
);
misfit!(concat_of_nothing, [], |tape, []| tape.concat(&[]), "concat 'here': nothing to put side by side");
misfit!(rows, [(3, 4)], |_, [x]| x.rows(1..4), "slice 'here': x is 3 x 4: it has no rows 1..4");
misfit!(columns, [(3, 4)], |_, [x]| x.columns(3..5), "slice 'here': x is 3 x 4: it has no columns 3..5");
misfit!(
    rows_backwards,
    [(3, 4)],
    |_, [x]| x.rows(std::ops::Range { start: 2, end: 1 }),
    "slice 'here': x is 3 x 4: it has no rows 2..1"
);
misfit!(gather_rows, [(3, 4)], |_, [x]| x.gather_rows(vec![0, 3]), "gather_rows 'here': x is 3 x 4: it has no row 3");
misfit!(sum_axis, [(3, 4)], |_, [x]| x.sum_axis(Axis(2)), "sum_axis 'here': x is 3 x 4: it has no axis 2");
misfit!(mean, [(0, 4)], |_, [x]| x.mean(), "mean 'here': x is 0 x 4: nothing has no mean");
misfit!(
    standardize,
    [(3, 4)],
    |_, [x]| x.standardize(vec![0.0; 3], vec![1.0; 4]),
    "standardize 'here': x is 3 x 4, but there are 3 means and 4 deviations"
);
misfit!(
    squared_error,
    [(3, 4)],
    |_, [x]| x.squared_error(Mat::zeros((4, 3))),
    "squared_error 'here': x is 3 x 4, the target 4 x 3"
);
misfit!(
    bce_with_logits,
    [(3, 4)],
    |_, [x]| x.bce_with_logits(Mat::zeros((3, 1))),
    "bce_with_logits 'here': x is 3 x 4, the target 3 x 1"
);
misfit!(dropout, [(3, 4)], |_, [x]| x.dropout(Mat::zeros((1, 4)), 0.5), "dropout 'here': x is 3 x 4, the mask 1 x 4");

#[test]
fn ops_that_fit_any_input_are_known_by_their_names_in_a_graph() {
    let tape = Tape::<f64>::new();
    let x = tape.input(Mat::ones((2, 2)));
    let named = [
        (x.tanh(), "tanh"),
        (x.relu(), "relu"),
        (x.sigmoid(), "sigmoid"),
        (x.softplus(), "softplus"),
        (x.exp(), "exp"),
        (x.ln(), "ln"),
        (x.sqrt(), "sqrt"),
        (-x, "scale"),
        (x.sum(), "sum"),
        (x.sum_squares(), "sum_squares"),
        (x.softmax(), "softmax"),
        (x.log_softmax(), "log_softmax"),
        (x.l2_normalize(), "l2_normalize"),
        (x.layer_norm(0.1), "layer_norm"),
        (x.batch_standardize(0.1), "batch_standardize"),
    ];
    let dot = tape.dot();
    for (node, (var, name)) in (1..).zip(named) {
        let (rows, cols) = var.value().unwrap().dim();
        let line = format!("  n{node} [label=\"{name}\\n{rows} x {cols}\", shape=ellipse];");
        assert!(dot.lines().any(|found| found == line), "{line} is not in\n{dot}");
    }
}
