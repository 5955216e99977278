//! Every op against central differences, in f64.

use ndarray::Array2;
use ract_autodiff::gradcheck::gradcheck;
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
op!(squared_errors_first, [(4, 6)], |_, [s]| {
    s.multinomial_nll(&targets(4, 6)) + s.weighted_squared_error(&targets(4, 6), 5.0)
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

#[test]
fn a_wrong_gradient_is_found_and_named() {
    let message = gradcheck([(2, 2)], |_, [x]| x * x.detach()).unwrap_err().to_string();
    assert!(message.starts_with("input 0 at (0, 0): backward says "), "{message}");
}
