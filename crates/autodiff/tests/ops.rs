//! Every op against central differences, in f64, over the shapes that it may meet.

use ndarray::{Array2, Axis, s};
use ract_autodiff::gradcheck::{gradcheck, gradcheck_directional, gradcheck_jacobian};
use ract_autodiff::{Mat, Shape, Sparse, Tape, Var};
use std::sync::Arc;

/// Holds an op to all that is promised of it, for each of the `shapes` of its inputs.
fn check<const N: usize>(
    shapes: &[[(usize, usize); N]],
    op: impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) {
    for &shapes in shapes {
        let checks = [
            gradcheck_jacobian(shapes, &op),
            // A gradient's second contribution takes another path than its first.
            gradcheck(shapes, |tape, x| {
                let (once, again) = (op(tape, x), op(tape, x));
                once + again * again
            }),
        ];
        for check in checks {
            check.unwrap_or_else(|mismatch| panic!("inputs {shapes:?}: {mismatch}"));
        }
        layout_and_history_do_not_matter(shapes, &op);
    }
}

/// Inputs that are not contiguous, in rows or in columns, give the same bits, and so does a tape that was used before.
fn layout_and_history_do_not_matter<const N: usize>(
    shapes: [(usize, usize); N],
    op: &impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) {
    let results = |tape: &Tape<f64>, inputs: [Mat<f64>; N]| -> ract_autodiff::Result<Vec<Mat<f64>>> {
        let vars = inputs.map(|x| tape.input(x));
        let y = op(tape, vars);
        let grads = (y * y).sum().backward(vars)?;
        let grads = vars.iter().map(|&x| grads.get(x).expect("every input has a gradient").clone());
        Ok(grads.chain([y.value()?.clone()]).collect())
    };
    let inputs = || shapes.map(|(rows, cols)| constant(rows, cols));
    let mut tape = Tape::new();
    let expected = results(&tape, inputs()).expect("the inputs fit");
    for (grad, shape) in expected.iter().zip(shapes) {
        assert_eq!(grad.dim(), shape);
    }
    for again in [inputs(), inputs().map(by_columns), inputs().map(spread)] {
        tape.reset();
        assert_eq!(results(&tape, again).as_ref(), Ok(&expected), "inputs {shapes:?}");
    }
}

/// The same matrix, stored column by column.
fn by_columns(x: Mat<f64>) -> Mat<f64> {
    let stored = x.t().as_standard_layout().into_owned();
    stored.reversed_axes()
}

/// The same matrix, stored with gaps.
fn spread(x: Mat<f64>) -> Mat<f64> {
    let mut wide = Mat::from_elem((2 * x.nrows() + 1, 3 * x.ncols() + 1), f64::NAN);
    let gaps = s![1..;2, 1..;3];
    wide.slice_mut(gaps).assign(&x);
    wide.slice_move(gaps)
}

fn constant(rows: usize, cols: usize) -> Mat<f64> {
    Mat::from_shape_fn((rows, cols), |(i, j)| ((1 + i * 5 + j * 3) as f64).sin())
}

fn zeros_and_ones(rows: usize, cols: usize) -> Mat<f64> {
    constant(rows, cols).mapv(|m| f64::from(u8::from(m > 0.0)))
}

/// A constant as large as `x`.
fn like(x: Var<'_, f64>, make: fn(usize, usize) -> Mat<f64>) -> Mat<f64> {
    let Shape { rows, cols } = x.shape();
    make(rows, cols)
}

/// A few targets per user, as large as `scores`; the second user has none.
fn targets(scores: Var<'_, f64>) -> Arc<Sparse<f64>> {
    let Shape { rows, cols } = scores.shape();
    sparse(rows, cols)
}

fn sparse(users: usize, items: usize) -> Arc<Sparse<f64>> {
    let dense = Array2::from_shape_fn((users, items), |(u, i)| f64::from((u != 1 && (u * 3 + i * 5) % 4 == 0) as u8));
    let (mut indptr, mut indices, mut values) = (vec![0], vec![], vec![]);
    for row in dense.rows() {
        for (item, &x) in row.iter().enumerate().filter(|&(_, &x)| x != 0.0) {
            indices.push(item as u32);
            values.push(x + 0.25 * item as f64);
        }
        indptr.push(indices.len());
    }
    Arc::new(Sparse::new((users, items), indptr, indices, values))
}

macro_rules! op {
    ($name:ident, $shapes:expr, $f:expr) => {
        #[test]
        fn $name() {
            check(&$shapes, $f);
        }
    };
}

const ANY: [[(usize, usize); 1]; 6] = [[(3, 4)], [(1, 1)], [(1, 5)], [(4, 1)], [(0, 3)], [(3, 0)]];
const NOT_EMPTY: [[(usize, usize); 1]; 4] = [[(3, 4)], [(1, 1)], [(1, 5)], [(4, 1)]];
const ALIKE: [[(usize, usize); 2]; 5] =
    [[(3, 4), (3, 4)], [(1, 1), (1, 1)], [(1, 5), (1, 5)], [(0, 3), (0, 3)], [(3, 0), (3, 0)]];
const BROADCAST: [[(usize, usize); 2]; 12] = [
    [(3, 4), (3, 4)],
    [(3, 4), (1, 4)],
    [(1, 4), (3, 4)],
    [(3, 1), (3, 4)],
    [(3, 4), (3, 1)],
    [(3, 1), (1, 4)],
    [(1, 4), (3, 1)],
    [(3, 4), (1, 1)],
    [(1, 1), (3, 4)],
    [(1, 1), (1, 1)],
    [(0, 3), (1, 3)],
    [(3, 0), (3, 1)],
];
const AFFINE: [[(usize, usize); 3]; 6] = [
    [(3, 4), (4, 5), (1, 5)],
    [(1, 1), (1, 1), (1, 1)],
    [(1, 4), (4, 1), (1, 1)],
    [(0, 4), (4, 5), (1, 5)],
    [(3, 0), (0, 5), (1, 5)],
    [(3, 4), (4, 0), (1, 0)],
];

// Elementwise, of one input.
op!(neg, ANY, |_, [x]| -x);
op!(scale, ANY, |_, [x]| x.scale(-2.5));
op!(tanh, ANY, |_, [x]| x.tanh());
op!(relu, ANY, |_, [x]| x.relu());
op!(sigmoid, ANY, |_, [x]| x.sigmoid());
op!(softplus, ANY, |_, [x]| x.softplus());
op!(exp, ANY, |_, [x]| x.exp());
op!(ln, ANY, |_, [x]| x.exp().ln() + (x * x).exp().ln());
op!(sqrt, ANY, |_, [x]| x.exp().sqrt());
op!(dropout, ANY, |_, [x]| x.dropout(like(x, zeros_and_ones), 0.5));
op!(squared_error, ANY, |_, [x]| x.squared_error(like(x, constant)));
op!(bce_with_logits, ANY, |_, [x]| x.bce_with_logits(like(x, constant).mapv(|t| t * t)));

// Elementwise, of two.
op!(add, BROADCAST, |_, [a, b]| a + b);
op!(sub, BROADCAST, |_, [a, b]| a - b);
op!(mul, BROADCAST, |_, [a, b]| a * b);
op!(div, BROADCAST, |_, [a, b]| a / (b * b + b.exp()));
op!(reparameterize, ALIKE, |_, [mu, logvar]| mu.reparameterize(logvar, like(mu, constant)));
op!(gaussian_kl, ALIKE, |_, [mu, logvar]| mu.gaussian_kl(logvar));

// Sums.
op!(sum, ANY, |_, [x]| x.sum());
op!(sum_squares, ANY, |_, [x]| x.sum_squares());
op!(mean, NOT_EMPTY, |_, [x]| x.mean());
op!(sum_axis_down, ANY, |_, [x]| x.sum_axis(Axis(0)));
op!(sum_axis_along, ANY, |_, [x]| x.sum_axis(Axis(1)));
op!(mean_axis_down, NOT_EMPTY, |_, [x]| x.mean_axis(Axis(0)));
op!(mean_axis_along, NOT_EMPTY, |_, [x]| x.mean_axis(Axis(1)));

// Products.
op!(affine, AFFINE, |_, [x, w, b]| x.affine(w, b));
op!(sparse_affine, [[(6, 3), (1, 3)], [(1, 1), (1, 1)], [(0, 3), (1, 3)]], |tape, [w, b]| {
    tape.sparse_affine(&sparse(4, w.shape().rows), w, b)
});
op!(sparse_affine_of_nobody, [[(6, 3), (1, 3)]], |tape, [w, b]| tape.sparse_affine(&sparse(0, 6), w, b));
op!(matmul, [[(3, 4), (4, 2)], [(1, 1), (1, 1)], [(2, 0), (0, 3)], [(0, 2), (2, 3)]], |_, [a, b]| a.matmul(b));
op!(matmul_t, [[(3, 4), (2, 4)], [(1, 1), (1, 1)], [(2, 0), (3, 0)], [(0, 2), (3, 2)]], |_, [a, b]| a.matmul_t(b));
op!(t_matmul, [[(4, 3), (4, 2)], [(1, 1), (1, 1)], [(0, 2), (0, 3)], [(2, 0), (2, 3)]], |_, [a, b]| a.t_matmul(b));

// Parts.
op!(
    concat,
    [[(3, 1), (3, 4), (3, 2)], [(1, 1), (1, 1), (1, 1)], [(0, 1), (0, 2), (0, 3)], [(3, 1), (3, 0), (3, 2)]],
    |tape, [a, b, c]| tape.concat(&[a, b, c])
);
op!(rows, [[(5, 2)], [(3, 1)], [(3, 0)]], |_, [x]| x.rows(1..3));
op!(columns, [[(2, 5)], [(1, 5)], [(0, 5)]], |_, [x]| x.columns(2..5));
op!(nothing_of_something, [[(2, 5)], [(1, 1)]], |_, [x]| x.columns(1..1));
op!(gather_rows, [[(4, 3)], [(3, 1)], [(3, 0)]], |_, [x]| x.gather_rows(vec![2, 0, 2]));

// Rows and columns.
op!(softmax, ANY, |_, [x]| x.softmax());
op!(log_softmax, ANY, |_, [x]| x.log_softmax());
op!(l2_normalize, ANY, |_, [x]| x.l2_normalize());
op!(layer_norm, ANY, |_, [x]| x.layer_norm(1e-3));
op!(batch_standardize, [[(5, 3)], [(1, 3)], [(4, 1)], [(0, 3)], [(3, 0)]], |_, [x]| x.batch_standardize(1e-2));
op!(standardize, [[(4, 3)], [(1, 3)], [(0, 3)]], |_, [x]| x.standardize(vec![0.1, -2.0, 3.0], vec![0.5, 1.0, 20.0]));

// Losses of a user's scores.
op!(multinomial_nll, [[(4, 6)], [(1, 1)], [(1, 6)], [(4, 1)], [(0, 6)]], |_, [s]| s.multinomial_nll(&targets(s)));
op!(weighted_squared_error, [[(4, 6)], [(1, 1)], [(1, 6)], [(4, 1)], [(0, 6)]], |_, [s]| s
    .weighted_squared_error(&targets(s), 5.0));
op!(warp, [[(4, 6)], [(1, 1)], [(1, 6)], [(4, 1)], [(0, 6)]], |_, [s]| s.warp(&targets(s)));
op!(lambda_rank, [[(4, 6)], [(1, 1)], [(1, 6)], [(4, 1)], [(0, 6)]], |_, [s]| s.lambda_rank(&targets(s)));

// One variable on both sides, or under several ops.
op!(itself_elementwise, ANY, |_, [x]| x * x - (x + x) / x.exp() + (x - x));
op!(itself_in_products, [[(3, 3)], [(1, 1)], [(0, 0)]], |_, [x]| x.matmul(x) + x.matmul_t(x) + x.t_matmul(x));
op!(itself_as_weights, [[(3, 3), (1, 3)]], |_, [x, b]| x.affine(x, b).affine(x, b));
op!(itself_as_bias, [[(1, 1)]], |_, [x]| x.affine(x, x));
op!(itself_side_by_side, [[(3, 2)], [(0, 2)]], |tape, [x]| tape.concat(&[x, x.tanh(), x]));
op!(itself_as_mean_and_variance, ANY, |_, [x]| x.reparameterize(x, like(x, constant)) + x.gaussian_kl(x));
op!(overlapping_parts, [[(4, 4)]], |_, [x]| {
    x.rows(0..2) + x.rows(1..3) + x.gather_rows(vec![3, 3]) + x.columns(0..2).t_matmul(x)
});
op!(several_losses_of_the_same_scores, [[(4, 6)]], |_, [s]| {
    let nll = s.multinomial_nll(&targets(s)) + s.scale(2.0).multinomial_nll(&targets(s));
    let listwise = s.warp(&targets(s)) + s.lambda_rank(&targets(s));
    nll + listwise
        + s.weighted_squared_error(&targets(s), 5.0)
        + s.softmax().sum_axis(Axis(1)) * s.l2_normalize().mean()
});

// Constants that an op holds may be stored in any layout too.
op!(constants_by_columns, [[(4, 3)]], |_, [x]| with_constants(x, by_columns));
op!(constants_with_gaps, [[(4, 3)]], |_, [x]| with_constants(x, spread));

fn with_constants(x: Var<'_, f64>, stored: fn(Mat<f64>) -> Mat<f64>) -> Var<'_, f64> {
    let c = || stored(like(x, constant));
    let mask = stored(like(x, zeros_and_ones));
    let losses = x.squared_error(c()) + x.bce_with_logits(c());
    losses * x.tape().constant(c()) + x.dropout(mask, 0.5) + x.reparameterize(x, c())
}

#[test]
fn large_inputs_whose_loops_are_shared_by_threads_have_the_right_gradients_too() {
    gradcheck_directional([(200, 150), (150, 300), (1, 300)], |_, [x, w, b]| x.affine(w, b).tanh()).unwrap();
    gradcheck_directional([(150, 200), (150, 200)], |_, [a, b]| (a * b - a.sigmoid()) / b.exp() + a.softplus())
        .unwrap();
    gradcheck_directional([(600, 40), (1, 40)], |tape, [w, b]| tape.sparse_affine(&sparse(90, 600), w, b)).unwrap();
    gradcheck_directional([(90, 3000)], |_, [s]| s.multinomial_nll(&targets(s))).unwrap();
    gradcheck_directional([(90, 3000)], |_, [s]| s.weighted_squared_error(&targets(s), 5.0)).unwrap();
    gradcheck_directional([(9, 300)], |_, [s]| s.warp(&targets(s)) + s.lambda_rank(&targets(s))).unwrap();
}

/// Rounds; its gradient is that of the identity (the straight-through estimator of Bengio et al., 2013).
struct StraightThrough;

impl ract_autodiff::Op<f64> for StraightThrough {
    fn name(&self) -> &'static str {
        "straight_through"
    }

    fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) {
        y.zip_mut_with(x[0], |y, &x| *y = x.round());
    }

    fn backward(&self, _x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut ract_autodiff::Slots<'_, f64>) {
        if let Some(slot) = dx.want(0) {
            slot.add_map(dy, |dy| dy);
        }
    }
}

#[test]
fn an_op_from_outside_may_have_a_gradient_that_is_no_derivative() {
    let tape = Tape::<f64>::new();
    let x = tape.input(constant(2, 3));
    let y = tape.apply(StraightThrough, &[x]);
    assert!(y.value().unwrap().iter().all(|y| y.fract() == 0.0));
    assert_eq!((y * y).sum().backward([x]).unwrap().get(x), Some(&y.value().unwrap().mapv(|y| 2.0 * y)));
}

#[test]
fn relu_has_no_gradient_at_its_kink() {
    let tape = Tape::<f64>::new();
    let x = tape.input(Mat::zeros((1, 1)));
    assert_eq!(x.relu().sum().backward([x]).unwrap().get(x), Some(&Mat::zeros((1, 1))));
}

#[test]
fn a_wrong_gradient_is_found_and_named() {
    let message = gradcheck([(2, 2)], |_, [x]| x * x.detach()).unwrap_err().to_string();
    assert!(message.starts_with("input 0 at (0, 0): backward says "), "{message}");
    let message = gradcheck_jacobian([(2, 2)], |_, [x]| x * x.detach()).unwrap_err().to_string();
    assert!(message.starts_with("output (0, 0), input 0 at (0, 0): backward says "), "{message}");
    let message = gradcheck_directional([(200, 150)], |_, [x]| x * x.detach()).unwrap_err().to_string();
    assert!(message.starts_with("along a random direction backward says "), "{message}");
}

#[test]
fn an_infinite_gradient_is_wrong() {
    let message =
        gradcheck([(1, 1)], |tape, [x]| (x / tape.constant(Mat::zeros((1, 1)))).tanh()).unwrap_err().to_string();
    assert!(message.starts_with("input 0 at (0, 0): backward says NaN"), "{message}");
    let message = gradcheck([(1, 1)], |_, [x]| (x - x).sqrt()).unwrap_err().to_string();
    assert!(message.starts_with("input 0 at (0, 0): backward says "), "{message}");
}
