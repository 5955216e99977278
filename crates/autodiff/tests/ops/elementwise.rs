//! Ops of one matrix, element by element.

use crate::hold::{ANY, Op, constant, like, zeros_and_ones};
use ndarray::array;
use ract_autodiff::Mat;
use std::f64::consts::{E, LN_2};

pub(crate) fn exp(op: &mut Op) {
    op.is(|_, [x]| x.exp()).has_right_gradients(ANY).fits_any().gives([array![[0.0, 1.0]]], array![[1.0, E]]);
}

pub(crate) fn ln(op: &mut Op) {
    op.is(|_, [x]| x.exp().ln() + (x * x).exp().ln()).has_right_gradients(ANY);
    op.is(|_, [x]| x.ln()).fits_any().gives([array![[1.0, 2.0]]], array![[0.0, LN_2]]);
}

pub(crate) fn sqrt(op: &mut Op) {
    op.is(|_, [x]| x.exp().sqrt()).has_right_gradients(ANY);
    op.is(|_, [x]| x.sqrt()).fits_any().gives([array![[0.0, 4.0]]], array![[0.0, 2.0]]);
}

pub(crate) fn tanh(op: &mut Op) {
    let at_1 = (E * E - 1.0) / (E * E + 1.0);
    op.is(|_, [x]| x.tanh()).has_right_gradients(ANY).fits_any().gives([array![[0.0, 1.0]]], array![[0.0, at_1]]);
}

pub(crate) fn sigmoid(op: &mut Op) {
    op.is(|_, [x]| x.sigmoid())
        .has_right_gradients(ANY)
        .fits_any()
        .gives([array![[0.0, 1.0, -800.0]]], array![[0.5, E / (1.0 + E), 0.0]]);
}

pub(crate) fn softplus(op: &mut Op) {
    op.is(|_, [x]| x.softplus())
        .has_right_gradients(ANY)
        .fits_any()
        .gives([array![[0.0, 1.0, 800.0]]], array![[LN_2, (1.0 + E).ln(), 800.0]]);
}

pub(crate) fn relu(op: &mut Op) {
    op.is(|_, [x]| x.relu())
        .has_right_gradients(ANY)
        .fits_any()
        .gives([array![[-2.0, 0.0, 2.0]]], array![[0.0, 0.0, 2.0]]);
}

pub(crate) fn scale(op: &mut Op) {
    op.is(|_, [x]| x.scale(-2.5)).has_right_gradients(ANY).fits_any().gives([array![[1.0, -3.0]]], array![[-2.5, 7.5]]);
    op.is(|_, [x]| -x).has_right_gradients(ANY).gives([array![[1.0, -3.0]]], array![[-1.0, 3.0]]);
}

pub(crate) fn dropout(op: &mut Op) {
    op.is(|_, [x]| x.dropout(like(x, zeros_and_ones), 0.5)).has_right_gradients(ANY);
    op.is(|_, [x]| x.dropout(array![[0.0, 1.0]], 0.25))
        .gives([array![[1.0, 2.0]]], array![[0.0, 8.0]])
        .rejects([(3, 2)], "x is 3 x 2, the mask 1 x 2");
}

pub(crate) fn squared_error(op: &mut Op) {
    op.is(|_, [x]| x.squared_error(like(x, constant))).has_right_gradients(ANY);
    op.is(|_, [x]| x.squared_error(array![[1.0, 8.0]])).gives([array![[3.0, 5.0]]], array![[4.0, 9.0]]);
    op.is(|_, [x]| x.squared_error(Mat::zeros((4, 3)))).rejects([(3, 4)], "x is 3 x 4, the target 4 x 3");
}

pub(crate) fn bce_with_logits(op: &mut Op) {
    op.is(|_, [x]| x.bce_with_logits(like(x, constant).mapv(|t| t * t))).has_right_gradients(ANY);
    op.is(|_, [x]| x.bce_with_logits(array![[1.0, 0.0, 1.0]]))
        .gives([array![[0.0, 1.0, 800.0]]], array![[LN_2, (1.0 + E).ln(), 0.0]]);
    op.is(|_, [x]| x.bce_with_logits(Mat::zeros((3, 1)))).rejects([(3, 4)], "x is 3 x 4, the target 3 x 1");
}
