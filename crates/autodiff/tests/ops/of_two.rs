//! Ops of two matrices, element by element.

use crate::hold::{ALIKE, Op, constant, like};
use ndarray::array;
use ract_autodiff::Mat;
use std::f64::consts::E;

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

pub(crate) fn add(op: &mut Op) {
    op.is(|_, [a, b]| a + b)
        .has_right_gradients(BROADCAST)
        .gives([array![[1.0, 2.0]], array![[3.0], [5.0]]], array![[4.0, 5.0], [6.0, 7.0]])
        .rejects([(3, 4), (3, 5)], "the left side is 3 x 4, the right side 3 x 5");
}

pub(crate) fn sub(op: &mut Op) {
    op.is(|_, [a, b]| a - b)
        .has_right_gradients(BROADCAST)
        .gives([array![[1.0, 2.0]], array![[3.0, 5.0]]], array![[-2.0, -3.0]])
        .rejects([(3, 4), (2, 4)], "the left side is 3 x 4, the right side 2 x 4");
}

pub(crate) fn mul(op: &mut Op) {
    op.is(|_, [a, b]| a * b)
        .has_right_gradients(BROADCAST)
        .gives([array![[2.0, 3.0]], array![[5.0]]], array![[10.0, 15.0]])
        .rejects([(3, 4), (4, 3)], "the left side is 3 x 4, the right side 4 x 3");
}

pub(crate) fn div(op: &mut Op) {
    op.is(|_, [a, b]| a / (b * b + b.exp())).has_right_gradients(BROADCAST);
    op.is(|_, [a, b]| a / b)
        .gives([array![[1.0, 3.0]], array![[2.0, 4.0]]], array![[0.5, 0.75]])
        .rejects([(3, 1), (2, 4)], "the left side is 3 x 1, the right side 2 x 4");
}

pub(crate) fn reparameterize(op: &mut Op) {
    op.is(|_, [mu, logvar]| mu.reparameterize(logvar, like(mu, constant))).has_right_gradients(ALIKE);
    op.is(|_, [mu, logvar]| mu.reparameterize(logvar, array![[3.0, -1.0]]))
        .gives([array![[1.0, 2.0]], array![[0.0, 2.0]]], array![[4.0, 2.0 - E]]);
    op.is(|_, [mu, logvar]| mu.reparameterize(logvar, Mat::zeros((3, 4))))
        .rejects([(3, 4), (3, 5)], "the left side is 3 x 4, the right side 3 x 5")
        .rejects([(2, 4), (2, 4)], "mu and logvar are 2 x 4, eps is 3 x 4");
}

pub(crate) fn gaussian_kl(op: &mut Op) {
    op.is(|_, [mu, logvar]| mu.gaussian_kl(logvar))
        .has_right_gradients(ALIKE)
        .gives([array![[3.0, 0.0], [0.0, 0.0]], array![[0.0, 1.0], [0.0, 0.0]]], array![[0.5 * (9.0 + E - 2.0)], [0.0]])
        .rejects([(3, 4), (2, 4)], "the left side is 3 x 4, the right side 2 x 4");
}
