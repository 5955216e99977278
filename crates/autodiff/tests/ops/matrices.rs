//! Ops of whole matrices: sums, products, parts, rows and columns.

use crate::hold::{ANY, Op, sparse, two_users};
use ndarray::{Axis, array};
use ract_autodiff::Mat;
use std::f64::consts::LN_2;

const NOT_EMPTY: [[(usize, usize); 1]; 4] = [[(3, 4)], [(1, 1)], [(1, 5)], [(4, 1)]];

pub(crate) fn sum(op: &mut Op) {
    op.is(|_, [x]| x.sum()).has_right_gradients(ANY).fits_any().gives([array![[1.0, 2.0], [3.0, 5.0]]], array![[11.0]]);
}

pub(crate) fn sum_squares(op: &mut Op) {
    op.is(|_, [x]| x.sum_squares())
        .has_right_gradients(ANY)
        .fits_any()
        .gives([array![[1.0, 2.0], [3.0, 5.0]]], array![[39.0]]);
}

pub(crate) fn mean(op: &mut Op) {
    op.is(|_, [x]| x.mean())
        .has_right_gradients(NOT_EMPTY)
        .gives([array![[1.0, 2.0], [3.0, 5.0]]], array![[2.75]])
        .rejects([(0, 4)], "x is 0 x 4: nothing has no mean");
}

pub(crate) fn sum_axis(op: &mut Op) {
    let x = array![[1.0, 2.0], [3.0, 5.0]];
    op.is(|_, [x]| x.sum_axis(Axis(0))).has_right_gradients(ANY).gives([x.clone()], array![[4.0, 7.0]]);
    op.is(|_, [x]| x.sum_axis(Axis(1))).has_right_gradients(ANY).gives([x], array![[3.0], [8.0]]);
    op.is(|_, [x]| x.sum_axis(Axis(2))).rejects([(3, 4)], "x is 3 x 4: it has no axis 2");
    let x = array![[1.0], [2.0], [6.0]];
    op.is(|_, [x]| x.mean_axis(Axis(0))).has_right_gradients(NOT_EMPTY).gives([x.clone()], array![[3.0]]);
    let x = x.reversed_axes();
    op.is(|_, [x]| x.mean_axis(Axis(1))).has_right_gradients(NOT_EMPTY).gives([x], array![[3.0]]);
}

pub(crate) fn affine(op: &mut Op) {
    let shapes = [
        [(3, 4), (4, 5), (1, 5)],
        [(1, 1), (1, 1), (1, 1)],
        [(1, 4), (4, 1), (1, 1)],
        [(0, 4), (4, 5), (1, 5)],
        [(3, 0), (0, 5), (1, 5)],
        [(3, 4), (4, 0), (1, 0)],
    ];
    op.is(|_, [x, w, b]| x.affine(w, b))
        .has_right_gradients(shapes)
        .gives([array![[1.0, 2.0]], array![[3.0, 4.0], [5.0, 6.0]], array![[0.5, -0.5]]], array![[13.5, 15.5]])
        .rejects([(3, 4), (5, 2), (1, 2)], "x is 3 x 4, weights are 5 x 2")
        .rejects([(3, 4), (4, 2), (2, 1)], "weights are 4 x 2, bias is 2 x 1, not 1 x 2");
}

pub(crate) fn sparse_affine(op: &mut Op) {
    op.is(|tape, [w, b]| tape.sparse_affine(&sparse(4, w.shape().rows), w, b)).has_right_gradients([
        [(6, 3), (1, 3)],
        [(1, 1), (1, 1)],
        [(0, 3), (1, 3)],
    ]);
    op.is(|tape, [w, b]| tape.sparse_affine(&sparse(0, 6), w, b)).has_right_gradients([[(6, 3), (1, 3)]]);
    op.is(|tape, [w, b]| tape.sparse_affine(&two_users(), w, b))
        .gives([array![[1.0], [10.0], [100.0]], array![[0.5]]], array![[201.5], [0.5]])
        .rejects([(5, 2), (1, 2)], "x is 2 x 3, weights are 5 x 2");
}

pub(crate) fn matmul(op: &mut Op) {
    op.is(|_, [a, b]| a.matmul(b))
        .has_right_gradients([[(3, 4), (4, 2)], [(1, 1), (1, 1)], [(2, 0), (0, 3)], [(0, 2), (2, 3)]])
        .gives([array![[1.0, 2.0]], array![[3.0], [5.0]]], array![[13.0]])
        .rejects([(3, 4), (3, 4)], "the left side is 3 x 4, the right side 3 x 4");
    op.is(|_, [a, b]| a.matmul_t(b))
        .has_right_gradients([[(3, 4), (2, 4)], [(1, 1), (1, 1)], [(2, 0), (3, 0)], [(0, 2), (3, 2)]])
        .gives([array![[1.0, 2.0]], array![[3.0, 5.0]]], array![[13.0]])
        .rejects([(3, 4), (4, 3)], "the left side is 3 x 4, the right side, transposed, 3 x 4");
    op.is(|_, [a, b]| a.t_matmul(b))
        .has_right_gradients([[(4, 3), (4, 2)], [(1, 1), (1, 1)], [(0, 2), (0, 3)], [(2, 0), (2, 3)]])
        .gives([array![[1.0], [2.0]], array![[3.0], [5.0]]], array![[13.0]])
        .rejects([(3, 4), (4, 3)], "the left side, transposed, is 4 x 3, the right side 4 x 3");
}

pub(crate) fn concat(op: &mut Op) {
    op.is(|tape, [a, b, c]| tape.concat(&[a, b, c])).has_right_gradients([
        [(3, 1), (3, 4), (3, 2)],
        [(1, 1), (1, 1), (1, 1)],
        [(0, 1), (0, 2), (0, 3)],
        [(3, 1), (3, 0), (3, 2)],
    ]);
    op.is(|tape, [a, b]| tape.concat(&[a, b]))
        .gives([array![[1.0]], array![[2.0, 3.0]]], array![[1.0, 2.0, 3.0]])
        .rejects([(3, 4), (2, 4)], "the inputs are 3 x 4, 2 x 4: their rows differ");
    op.is(|tape, []| tape.concat(&[])).rejects([], "nothing to put side by side");
}

pub(crate) fn slice(op: &mut Op) {
    op.is(|_, [x]| x.rows(1..3))
        .has_right_gradients([[(5, 2)], [(3, 1)], [(3, 0)]])
        .gives([array![[1.0], [2.0], [3.0]]], array![[2.0], [3.0]])
        .rejects([(2, 4)], "x is 2 x 4: it has no rows 1..3");
    op.is(|_, [x]| x.columns(2..5))
        .has_right_gradients([[(2, 5)], [(1, 5)], [(0, 5)]])
        .gives([array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]], array![[3.0, 4.0, 5.0]])
        .rejects([(3, 4)], "x is 3 x 4: it has no columns 2..5");
    op.is(|_, [x]| x.columns(1..1)).has_right_gradients([[(2, 5)], [(1, 1)]]);
    op.is(|_, [x]| x.rows(1..1)).gives([array![[1.0], [2.0]]], Mat::zeros((0, 1)));
    op.is(|_, [x]| x.rows(std::ops::Range { start: 2, end: 1 })).rejects([(3, 4)], "x is 3 x 4: it has no rows 2..1");
}

pub(crate) fn gather_rows(op: &mut Op) {
    op.is(|_, [x]| x.gather_rows(vec![2, 0, 2]))
        .has_right_gradients([[(4, 3)], [(3, 1)], [(3, 0)]])
        .gives([array![[1.0], [2.0], [3.0]]], array![[3.0], [1.0], [3.0]])
        .rejects([(2, 4)], "x is 2 x 4: it has no row 2");
}

pub(crate) fn softmax(op: &mut Op) {
    op.is(|_, [x]| x.softmax())
        .has_right_gradients(ANY)
        .fits_any()
        .gives([array![[0.0, LN_2], [800.0, 800.0]]], array![[1.0 / 3.0, 2.0 / 3.0], [0.5, 0.5]]);
}

pub(crate) fn log_softmax(op: &mut Op) {
    op.is(|_, [x]| x.log_softmax())
        .has_right_gradients(ANY)
        .fits_any()
        .gives([array![[800.0, 800.0]]], array![[-LN_2, -LN_2]]);
}

pub(crate) fn l2_normalize(op: &mut Op) {
    op.is(|_, [x]| x.l2_normalize())
        .has_right_gradients(ANY)
        .fits_any()
        .gives([array![[3.0, 4.0], [0.0, 0.0]]], array![[0.6, 0.8], [0.0, 0.0]]);
}

pub(crate) fn layer_norm(op: &mut Op) {
    op.is(|_, [x]| x.layer_norm(1e-3)).has_right_gradients(ANY).fits_any();
    // Mean 3, variance 4.
    op.is(|_, [x]| x.layer_norm(12.0)).gives([array![[1.0, 5.0]]], array![[-0.5, 0.5]]);
}

pub(crate) fn batch_standardize(op: &mut Op) {
    op.is(|_, [x]| x.batch_standardize(1e-2))
        .has_right_gradients([[(5, 3)], [(1, 3)], [(4, 1)], [(0, 3)], [(3, 0)]])
        .fits_any();
    op.is(|_, [x]| x.batch_standardize(12.0)).gives([array![[1.0], [5.0]]], array![[-0.5], [0.5]]);
}

pub(crate) fn standardize(op: &mut Op) {
    op.is(|_, [x]| x.standardize(vec![0.1, -2.0, 3.0], vec![0.5, 1.0, 20.0])).has_right_gradients([
        [(4, 3)],
        [(1, 3)],
        [(0, 3)],
    ]);
    op.is(|_, [x]| x.standardize(vec![1.0, 2.0], vec![4.0, 6.0])).gives([array![[3.0, 5.0]]], array![[0.5, 0.5]]);
    op.is(|_, [x]| x.standardize(vec![0.0; 3], vec![1.0; 4]))
        .rejects([(3, 4)], "x is 3 x 4, but there are 3 means and 4 deviations");
}
