//! The listwise losses against golden values (`golden/listwise.json`), which come from another implementation.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use ract_autodiff::{Mat, Scalar, Sparse, Tape, Var};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    scores: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
    warp_weights: Vec<Vec<f64>>,
    lambdarank_gradients: Vec<Vec<f64>>,
}

fn golden() -> Vec<Case> {
    serde_json::from_str::<Golden>(include_str!("golden/listwise.json")).unwrap().cases
}

fn matrix<T: Scalar>(rows: &[Vec<f64>]) -> Mat<T> {
    Mat::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| T::of(rows[i][j]))
}

fn sparse<T: Scalar>(rows: &[Vec<f64>]) -> Arc<Sparse<T>> {
    let there: Vec<Vec<u32>> =
        rows.iter().map(|row| (0..).zip(row).filter(|(_, x)| **x > 0.0).map(|(item, _)| item).collect()).collect();
    let ends = there.iter().scan(0, |end, row| {
        *end += row.len();
        Some(*end)
    });
    let ends = std::iter::once(0).chain(ends).collect();
    let items = there.concat();
    let ones = vec![T::one(); items.len()];
    Arc::new(Sparse::new((rows.len(), rows[0].len()), ends, items, ones))
}

/// The derivative of the loss in the scores.
fn derivative<T: Scalar>(case: &Case, loss: for<'t> fn(Var<'t, T>, &Arc<Sparse<T>>) -> Var<'t, T>) -> Mat<T> {
    let tape = Tape::new();
    let scores = tape.input(matrix(&case.scores));
    let grads = loss(scores, &sparse(&case.targets)).sum().backward([scores]).unwrap();
    grads.get(scores).unwrap().clone()
}

/// Largest difference, as a share of the largest expected number.
fn relative_error<T: Scalar>(found: &Mat<T>, expected: &[Vec<f64>]) -> f64 {
    let expected: Mat<f64> = matrix(expected);
    let largest = |values: &mut dyn Iterator<Item = f64>| values.map(f64::abs).fold(0.0, f64::max);
    let differences = found.iter().zip(&expected).map(|(found, expected)| found.as_f64() - expected);
    largest(&mut differences.into_iter()) / largest(&mut expected.iter().copied())
}

#[test]
fn warp_weights_are_the_golden_ones() {
    for case in golden() {
        assert!(relative_error(&derivative::<f64>(&case, |s, x| s.warp(x)), &case.warp_weights) < 1e-5);
        assert!(relative_error(&derivative::<f32>(&case, |s, x| s.warp(x)), &case.warp_weights) < 1e-5);
    }
}

#[test]
fn lambda_rank_gradients_are_the_golden_ones() {
    for case in golden() {
        assert!(relative_error(&derivative::<f64>(&case, |s, x| s.lambda_rank(x)), &case.lambdarank_gradients) < 1e-5);
        assert!(relative_error(&derivative::<f32>(&case, |s, x| s.lambda_rank(x)), &case.lambdarank_gradients) < 1e-5);
    }
}

/// More items than are computed at a time, with positives at the top, in the middle and far below.
#[test]
fn lambda_rank_is_the_sum_over_all_pairs_of_a_long_ranking() {
    const ITEMS: usize = 2_345;
    let scores: Vec<f64> = (0..ITEMS).map(|i| f64::from((i * 997 % ITEMS) as f32 * 0.021 - 9.0)).collect();
    let positives = [0, 3, 700, 1_111, 1_112, 2_000, 2_344];
    let mut order: Vec<usize> = (0..ITEMS).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let of_rank = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
    let discount = |item: usize| of_rank(order.iter().position(|&other| other == item).unwrap());
    let discounts: Vec<f64> = (0..ITEMS).map(discount).collect();
    let ideal: f64 = (0..positives.len()).map(of_rank).sum();
    let (mut loss, mut gradient) = (0.0, vec![0.0; ITEMS]);
    for p in positives {
        for n in (0..ITEMS).filter(|n| !positives.contains(n)) {
            let weight = (discounts[p] - discounts[n]).abs() / ideal;
            let lambda = weight / (1.0 + (scores[p] - scores[n]).exp());
            loss += weight * (scores[n] - scores[p]).exp().ln_1p();
            gradient[p] -= lambda;
            gradient[n] += lambda;
        }
    }

    fn found<T: Scalar>(scores: &[f64], positives: &[usize]) -> (f64, Mat<T>) {
        let tape = Tape::<T>::new();
        let scores_of = tape.input(matrix(&[scores.to_vec()]));
        let targets = (0..scores.len()).map(|item| f64::from(u8::from(positives.contains(&item)))).collect();
        let found = scores_of.lambda_rank(&sparse(&[targets]));
        let gradient = found.backward([scores_of]).unwrap().get(scores_of).unwrap().clone();
        (found.scalar().unwrap().as_f64(), gradient)
    }
    let (in_f64, in_f32) = (found::<f64>(&scores, &positives), found::<f32>(&scores, &positives));
    assert!((in_f64.0 / loss - 1.0).abs() < 1e-12 && relative_error(&in_f64.1, &[gradient.clone()]) < 1e-12);
    assert!((in_f32.0 / loss - 1.0).abs() < 1e-5 && relative_error(&in_f32.1, &[gradient]) < 1e-5);
}

#[test]
fn scores_far_apart_push_with_full_force_and_do_not_overflow() {
    let tape = Tape::<f32>::new();
    let scores = tape.input(ndarray::array![[-1e30, 1e30, 0.0]]);
    let loss = scores.lambda_rank(&sparse(&[vec![1.0, 0.0, 0.0]]));
    let grads = loss.backward([scores]).unwrap();
    let (first, third) = (1.0 - 1.0 / 4.0_f32.log2(), 1.0 / 3.0_f32.log2() - 1.0 / 4.0_f32.log2());
    let expected = ndarray::array![[-first - third, first, third]];
    assert!((grads.get(scores).unwrap() - expected).iter().all(|d| d.abs() < 1e-6));
    assert!(loss.scalar().unwrap().is_finite());
}

#[test]
fn users_without_positives_and_those_who_have_everything_lose_nothing() {
    for targets in [[vec![0.0; 3]], [vec![1.0; 3]]] {
        let tape = Tape::<f64>::new();
        let scores = tape.input(ndarray::array![[3.0, 1.0, 2.0]]);
        for loss in [scores.warp(&sparse(&targets)), scores.lambda_rank(&sparse(&targets))] {
            assert_eq!(loss.scalar().unwrap(), 0.0);
            let grads = loss.backward([scores]).unwrap();
            assert!(grads.get(scores).unwrap().iter().all(|&d| d == 0.0));
        }
    }
}
