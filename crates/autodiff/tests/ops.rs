//! Every op against central differences, in f64.

use ndarray::{Array2, Axis};
use ract_autodiff::gradcheck::{gradcheck, gradcheck_directional, gradcheck_jacobian};
use ract_autodiff::{Mat, Sparse};
use std::sync::Arc;

/// A few targets per user, one user without any.
fn targets(users: usize, items: usize) -> Arc<Sparse<f64>> {
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

fn constant(rows: usize, cols: usize) -> Mat<f64> {
    Mat::from_shape_fn((rows, cols), |(i, j)| ((i * 5 + j * 3) as f64).sin())
}

macro_rules! op {
    ($name:ident, $shapes:expr, $f:expr) => {
        #[test]
        fn $name() {
            gradcheck($shapes, $f).unwrap();
        }
    };
}

op!(add, [(3, 4), (3, 4)], |_, [a, b]| a + b);
op!(sub, [(3, 4), (3, 4)], |_, [a, b]| a - b);
op!(mul, [(3, 4), (3, 4)], |_, [a, b]| a * b);
op!(neg, [(3, 4)], |_, [x]| -x);
op!(scale, [(3, 4)], |_, [x]| x.scale(-2.5));
op!(tanh, [(3, 4)], |_, [x]| x.tanh());
op!(relu, [(3, 4)], |_, [x]| x.relu());
op!(sigmoid, [(3, 4)], |_, [x]| x.sigmoid());
op!(softplus, [(3, 4)], |_, [x]| x.softplus());
op!(sum, [(3, 4)], |_, [x]| x.sum());
op!(sum_squares, [(3, 4)], |_, [x]| x.sum_squares());
op!(mean, [(3, 4)], |_, [x]| x.mean());
op!(affine, [(3, 4), (4, 5), (1, 5)], |_, [x, w, b]| x.affine(w, b));
op!(affine_of_one_by_one, [(1, 1), (1, 1), (1, 1)], |_, [x, w, b]| x.affine(w, b));
op!(sparse_affine, [(6, 3), (1, 3)], |tape, [w, b]| tape.sparse_affine(&targets(4, 6), w, b));
op!(multinomial_nll, [(4, 6)], |_, [s]| s.multinomial_nll(&targets(4, 6)));
op!(weighted_squared_error, [(4, 6)], |_, [s]| s.weighted_squared_error(&targets(4, 6), 5.0));
op!(reparameterize, [(3, 4), (3, 4)], |_, [mu, logvar]| mu.reparameterize(logvar, constant(3, 4)));
op!(gaussian_kl, [(3, 4), (3, 4)], |_, [mu, logvar]| mu.gaussian_kl(logvar));
op!(concat, [(3, 1), (3, 4), (3, 2)], |tape, [a, b, c]| tape.concat(&[a, b, c]));
op!(standardize, [(4, 3)], |_, [x]| x.standardize(vec![0.1, -2.0, 3.0], vec![0.5, 1.0, 20.0]));
op!(squared_error, [(3, 2)], |_, [x]| x.squared_error(constant(3, 2)));

op!(div, [(3, 4), (3, 4)], |_, [a, b]| a / (b * b + b.exp()));
op!(exp, [(3, 4)], |_, [x]| x.exp());
op!(ln, [(3, 4)], |_, [x]| x.exp().ln() + (x * x).exp().ln());
op!(sqrt, [(3, 4)], |_, [x]| x.exp().sqrt());
op!(add_of_a_row, [(3, 4), (1, 4)], |_, [a, b]| a + b);
op!(sub_of_a_column, [(3, 1), (3, 4)], |_, [a, b]| a - b);
op!(mul_of_row_and_column, [(3, 1), (1, 4)], |_, [a, b]| a * b);
op!(div_by_a_number, [(3, 4), (1, 1)], |_, [a, b]| a / b.exp());
op!(sum_axis_down, [(3, 4)], |_, [x]| x.sum_axis(Axis(0)));
op!(sum_axis_along, [(3, 4)], |_, [x]| x.sum_axis(Axis(1)));
op!(mean_axis, [(3, 4)], |_, [x]| x.mean_axis(Axis(0)) * x.mean_axis(Axis(1)));
op!(matmul, [(3, 4), (4, 2)], |_, [a, b]| a.matmul(b));
op!(matmul_t, [(3, 4), (2, 4)], |_, [a, b]| a.matmul_t(b));
op!(t_matmul, [(4, 3), (4, 2)], |_, [a, b]| a.t_matmul(b));
op!(rows, [(5, 2)], |_, [x]| x.rows(1..3));
op!(columns, [(2, 5)], |_, [x]| x.columns(2..5));
op!(gather_rows, [(4, 3)], |_, [x]| x.gather_rows(vec![2, 0, 2]));
op!(softmax, [(3, 4)], |_, [x]| x.softmax());
op!(log_softmax, [(3, 4)], |_, [x]| x.log_softmax());
op!(dropout, [(3, 4)], |_, [x]| x.dropout(constant(3, 4).mapv(|m| f64::from(u8::from(m > 0.0))), 0.5));
op!(l2_normalize, [(3, 4)], |_, [x]| x.l2_normalize());
op!(layer_norm, [(3, 4)], |_, [x]| x.layer_norm(1e-3));
op!(batch_standardize, [(5, 3)], |_, [x]| x.batch_standardize(1e-3));
op!(bce_with_logits, [(3, 4)], |_, [x]| x.bce_with_logits(constant(3, 4).mapv(|t| t * t)));

// Second contributions to one slot take another path than first ones.
op!(tanh_twice, [(3, 4)], |_, [x]| x.tanh() + x.tanh().tanh());
op!(affine_twice, [(3, 4), (4, 4), (1, 4)], |_, [x, w, b]| x.affine(w, b).affine(w, b) + x.affine(w, b));
op!(sparse_affine_twice, [(6, 3), (1, 3)], |tape, [w, b]| {
    tape.sparse_affine(&targets(4, 6), w, b) + tape.sparse_affine(&targets(4, 6), w, b).tanh()
});
op!(likelihoods_of_the_same_scores, [(4, 6)], |_, [s]| {
    let nll = s.multinomial_nll(&targets(4, 6)) + s.scale(2.0).multinomial_nll(&targets(4, 6));
    nll + s.multinomial_nll(&targets(4, 6)) + s.weighted_squared_error(&targets(4, 6), 5.0)
});
op!(squared_errors_added_to_others, [(4, 6)], |_, [s]| {
    s.weighted_squared_error(&targets(4, 6), 5.0) + s.multinomial_nll(&targets(4, 6))
});
op!(gaussians_twice, [(3, 4), (3, 4)], |_, [mu, logvar]| {
    let z = mu.reparameterize(logvar, constant(3, 4)) + logvar.reparameterize(mu, constant(3, 4));
    z.sum() + mu.gaussian_kl(logvar).sum() + logvar.gaussian_kl(mu).sum()
});
op!(concat_of_the_same, [(3, 2)], |tape, [x]| tape.concat(&[x, x.tanh(), x]));
op!(standardize_twice, [(4, 2)], |_, [x]| {
    x.standardize(vec![0.1, -2.0], vec![0.5, 1.0]) * x.standardize(vec![0.0, 1.0], vec![2.0, 3.0])
});
op!(squared_error_twice, [(3, 2)], |_, [x]| x.squared_error(constant(3, 2)) + x.squared_error(constant(3, 2)));

op!(quotients_twice, [(3, 4), (1, 4)], |_, [a, b]| a / b.exp() - b / a.exp() + b);
op!(powers_twice, [(3, 4)], |_, [x]| x.exp() + x.exp().sqrt() + (x.exp().ln() + x).exp() + x.exp().exp().ln());
op!(axes_twice, [(3, 4)], |_, [x]| x.sum_axis(Axis(0)) * x.sum_axis(Axis(1)) + x.mean_axis(Axis(1)));
op!(products_twice, [(3, 3)], |_, [x]| x.matmul(x) + x.matmul_t(x) + x.t_matmul(x));
op!(slices_twice, [(4, 4)], |_, [x]| x.rows(0..2)
    + x.rows(1..3)
    + x.gather_rows(vec![3, 3])
    + x.columns(0..2).t_matmul(x));
op!(rows_twice, [(4, 3)], |_, [x]| {
    let all = || x.softmax() + x.log_softmax() + x.l2_normalize() + x.layer_norm(1e-2) + x.batch_standardize(0.1);
    all() * all()
});
op!(masks_twice, [(3, 4)], |_, [x]| {
    let mask = || constant(3, 4).mapv(|m| f64::from(u8::from(m > 0.0)));
    x.dropout(mask(), 0.5) + x.bce_with_logits(mask()) + x.dropout(mask(), 0.25)
});

// Edges: nothing, and one of everything.
op!(elementwise_of_nothing, [(0, 3), (0, 3)], |_, [a, b]| (a + b) * a.tanh() / b.exp());
op!(rows_of_nothing, [(0, 3)], |_, [x]| x.softmax() + x.log_softmax() + x.l2_normalize() + x.layer_norm(1e-3));
op!(products_with_nothing_between, [(2, 0), (0, 3), (1, 3)], |_, [a, b, c]| a.matmul(b) + a.affine(b, c));
op!(axes_of_nothing, [(0, 3)], |_, [x]| x.sum_axis(Axis(0)) + x.columns(0..3).sum_axis(Axis(0)));
op!(one_of_everything, [(1, 1)], |_, [x]| {
    x.softmax()
        + x.log_softmax()
        + x.l2_normalize()
        + x.matmul(x)
        + x.sum_axis(Axis(0)) * x.mean_axis(Axis(1))
        + x.rows(0..1)
});
op!(columns_first_layout, [(4, 3)], |tape, [x]| {
    let transposed = constant(3, 4).reversed_axes();
    x * tape.constant(transposed.clone()) + x.squared_error(transposed)
});

#[test]
fn a_wrong_gradient_is_found_and_named() {
    let message = gradcheck([(2, 2)], |_, [x]| x * x.detach()).unwrap_err().to_string();
    assert!(message.starts_with("input 0 at (0, 0): backward says "), "{message}");
}

#[test]
fn the_jacobian_check_names_the_output_and_the_directional_one_covers_large_inputs() {
    gradcheck_jacobian([(2, 3), (3, 2)], |_, [a, b]| a.matmul(b).softmax()).unwrap();
    let message = gradcheck_jacobian([(2, 2)], |_, [x]| x * x.detach()).unwrap_err().to_string();
    assert!(message.starts_with("output (0, 0), input 0 at (0, 0): backward says "), "{message}");
    gradcheck_directional([(200, 150), (150, 300), (1, 300)], |_, [x, w, b]| x.affine(w, b).tanh()).unwrap();
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
