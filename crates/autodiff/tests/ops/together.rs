//! Ops together: one variable on both sides, several ops of one variable, large inputs, ops from outside, and the checks
//! themselves.

use crate::hold::{ANY, by_columns, constant, like, right_gradients, sparse, spread, targets, zeros_and_ones};
use ndarray::Axis;
use ract_autodiff::gradcheck::{gradcheck, gradcheck_directional, gradcheck_jacobian};
use ract_autodiff::{Mat, Tape, Var};

macro_rules! together {
    ($name:ident, $sizes:expr, $f:expr) => {
        #[test]
        fn $name() {
            for sizes in $sizes {
                right_gradients(stringify!($name), sizes, &$f);
            }
        }
    };
}

together!(itself_elementwise, ANY, |_, [x]| x * x - (x + x) / x.exp() + (x - x));
together!(itself_in_products, [[(3, 3)], [(1, 1)], [(0, 0)]], |_, [x]| x.matmul(x) + x.matmul_t(x) + x.t_matmul(x));
together!(itself_as_weights, [[(3, 3), (1, 3)]], |_, [x, b]| x.affine(x, b).affine(x, b));
together!(itself_as_bias, [[(1, 1)]], |_, [x]| x.affine(x, x));
together!(itself_side_by_side, [[(3, 2)], [(0, 2)]], |tape, [x]| tape.concat(&[x, x.tanh(), x]));
together!(itself_as_mean_and_variance, ANY, |_, [x]| x.reparameterize(x, like(x, constant)) + x.gaussian_kl(x));
together!(overlapping_parts, [[(4, 4)]], |_, [x]| {
    x.rows(0..2) + x.rows(1..3) + x.gather_rows(vec![3, 3]) + x.columns(0..2).t_matmul(x)
});
together!(several_losses_of_the_same_scores, [[(4, 6)]], |_, [s]| {
    let nll = s.multinomial_nll(&targets(s)) + s.scale(2.0).multinomial_nll(&targets(s));
    let listwise = s.warp(&targets(s)) + s.lambda_rank(&targets(s));
    nll + listwise
        + s.weighted_squared_error(&targets(s), 5.0)
        + s.softmax().sum_axis(Axis(1)) * s.l2_normalize().mean()
});

// Constants that an op holds may be stored in any layout too.
together!(constants_by_columns, [[(4, 3)]], |_, [x]| with_constants(x, by_columns));
together!(constants_with_gaps, [[(4, 3)]], |_, [x]| with_constants(x, spread));

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
