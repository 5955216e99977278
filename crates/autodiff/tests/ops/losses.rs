//! Losses of a user's scores.

use crate::hold::{Op, sparse, targets, two_users};
use ndarray::array;
use ract_autodiff::Sparse;
use std::f64::consts::LN_2;
use std::sync::Arc;

const SCORES: [[(usize, usize); 1]; 5] = [[(4, 6)], [(1, 1)], [(1, 6)], [(4, 1)], [(0, 6)]];

pub(crate) fn multinomial_nll(op: &mut Op) {
    op.is(|_, [s]| s.multinomial_nll(&targets(s))).has_right_gradients(SCORES);
    // The sum of the exponentials is 4: item 0 costs log 4, item 2, there twice, 2 (log 4 - log 2).
    op.is(|_, [s]| s.multinomial_nll(&two_users()))
        .gives([array![[0.0, 0.0, LN_2], [1.0, 2.0, 3.0]]], array![[4.0 * LN_2], [0.0]])
        .rejects([(3, 4)], "the scores are 3 x 4, the targets 2 x 3");
}

pub(crate) fn weighted_squared_error(op: &mut Op) {
    op.is(|_, [s]| s.weighted_squared_error(&targets(s), 5.0)).has_right_gradients(SCORES);
    // 5 (1 - 2)^2 + 3^2 + (1 + 4 * 2) (2 - 4)^2
    op.is(|_, [s]| s.weighted_squared_error(&two_users(), 5.0))
        .gives([array![[2.0, 3.0, 4.0], [1.0, 2.0, 3.0]]], array![[50.0], [14.0]])
        .rejects([(2, 4)], "the scores are 2 x 4, the targets 2 x 3");
}

pub(crate) fn warp(op: &mut Op) {
    op.is(|_, [s]| s.warp(&targets(s))).has_right_gradients(SCORES);
    // Items 0 and 2 are ranked first and third, with L(1) = 1 and L(3) = 1 + 1/2 + 1/3; one negative, item 1, is above
    // item 2: L(3) (s_1 - s_2).
    op.is(|_, [s]| s.warp(&two_users()))
        .gives([array![[5.0, 3.0, 1.0], [1.0, 2.0, 3.0]]], array![[2.0 * (1.0 + 1.0 / 2.0 + 1.0 / 3.0)], [0.0]])
        .rejects([(3, 4)], "the scores are 3 x 4, the targets 2 x 3");
}

pub(crate) fn lambda_rank(op: &mut Op) {
    op.is(|_, [s]| s.lambda_rank(&targets(s))).has_right_gradients(SCORES);
    // One user with item 1, which is ranked second: NDCG is 1 / log2(3) and would be 1.
    let positives = Arc::new(Sparse::new((1, 2), vec![0, 1], vec![1], vec![1.0]));
    let weight = 1.0 - 1.0 / 3.0_f64.log2();
    op.is(move |_, [s]| s.lambda_rank(&positives)).gives([array![[LN_2, 0.0]]], array![[weight * 3.0_f64.ln()]]);
    op.is(|_, [s]| s.lambda_rank(&sparse(2, 4))).rejects([(3, 4)], "the scores are 3 x 4, the targets 2 x 4");
}
