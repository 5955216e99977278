//! Compares EASE with an independent solution (golden/ease.json), and tests its other properties.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ndarray::Array2;
use ract_data::Interactions;
use ract_models::baselines::{Baseline, BaselineError, Ease, Method, Parameters, Weighting};
use serde_json::Value;

fn matrix(json: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(json.clone()).unwrap();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

/// The training users, lambda and the expected weights.
fn golden() -> (Interactions, f64, Array2<f64>) {
    let json: Value = serde_json::from_str(include_str!("golden/ease.json")).unwrap();
    let x = matrix(&json["x"]);
    let rows =
        x.rows().into_iter().map(|row| (0..).zip(row).filter(|&(_, &x)| x == 1.0).map(|(item, _)| item).collect());
    let train = Interactions::from_rows(x.ncols(), rows.collect::<Vec<Vec<u32>>>());
    (train, json["lambda_"].as_f64().unwrap(), matrix(&json["weights"]))
}

fn largest_difference(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    a.iter().zip(b).fold(0.0, |largest, (a, b)| largest.max((a - b).abs()))
}

#[test]
fn the_weights_equal_the_golden_weights() {
    let (train, lambda, golden) = golden();
    let double = Ease::<f64>::fit(&train, lambda, 0).unwrap();
    assert!(largest_difference(double.weights(), &golden) < 1e-9);
    let single = Ease::<f32>::fit(&train, lambda, 0).unwrap();
    assert!(largest_difference(&single.weights().mapv(f64::from), &golden) < 1e-6);
}

#[test]
fn the_score_of_an_item_is_the_sum_of_its_weights_with_the_fold_in_items() {
    let (train, lambda, golden) = golden();
    let ease = Ease::<f64>::fit(&train, lambda, 0).unwrap();
    let scores = ease.scores(&Interactions::from_rows(15, [vec![2, 8, 11], vec![], vec![0]]));
    let expected = &golden.row(2) + &golden.row(8) + golden.row(11);
    for item in 0..15 {
        assert!((f64::from(scores[(0, item)]) - expected[item]).abs() < 1e-6);
        assert_eq!(scores[(1, item)], 0.0);
        assert!((f64::from(scores[(2, item)]) - golden[(0, item)]).abs() < 1e-6);
    }
}

#[test]
fn at_the_solution_the_gradient_of_the_weighted_loss_is_zero_off_the_diagonal() {
    let (train, lambda, _) = golden();
    let weighting = Weighting { lambda, user_power: 0.7, dropout: 0.6, popularity: 0.0 };
    let ease = Ease::<f64>::fit_weighted(&train, &weighting, 0).unwrap();
    let n = train.n_items();
    let x = Array2::from_shape_fn((train.n_users(), n), |(user, item)| {
        f64::from(u8::from(train.items(user).contains(&(item as u32))))
    });
    let mut weighted = x.clone();
    for mut row in weighted.rows_mut() {
        row *= row.sum().powf(-0.7);
    }
    let gram = x.t().dot(&weighted);
    let slope = weighted.t().dot(&(&x - &x.dot(ease.weights())));
    for ((i, j), slope) in slope.indexed_iter().filter(|((i, j), _)| i != j) {
        let ridge = lambda + 0.6 / 0.4 * gram[(i, i)];
        assert!((slope - ridge * ease.weights()[(i, j)]).abs() < 1e-9, "({i}, {j})");
    }
}

#[test]
fn a_power_of_popularity_multiplies_the_scores_of_each_item() {
    let (train, lambda, golden) = golden();
    let weighting = Weighting { popularity: -0.5, ..Weighting::plain(lambda) };
    let ease = Ease::<f64>::fit_weighted(&train, &weighting, 0).unwrap();
    let users = train.item_counts().iter().map(|&users| f64::from(users).powf(-0.5)).collect::<ndarray::Array1<_>>();
    assert!(largest_difference(ease.weights(), &(golden * users)) < 1e-9);
}

#[test]
fn only_the_most_popular_items_have_weights() {
    // Items 1 and 3 have three users each, the other items one.
    let train = Interactions::from_rows(5, [vec![1, 3, 0], vec![1, 3], vec![1, 2], vec![3, 4]]);
    let ease = Ease::<f64>::fit(&train, 1.0, 2).unwrap();
    assert_eq!(ease.kept(), [1, 3]);

    // For these two items, X^T X + I is [[4, 2], [2, 4]]. Its inverse is [[4, -2], [-2, 4]] / 12.
    assert!(largest_difference(ease.weights(), &ndarray::array![[0.0, 0.5], [0.5, 0.0]]) < 1e-15);
    let scores = ease.scores(&Interactions::from_rows(5, [[0, 1], [2, 4]]));
    assert_eq!(scores, ndarray::array![[0.0, 0.0, 0.0, 0.5, 0.0], [0.0; 5]]);
}

#[test]
fn a_matrix_that_does_not_fit_into_memory_is_refused_before_allocation() {
    let train = Interactions::from_rows(20_000_000, [[0, 7]]);
    let refused = Ease::<f64>::fit(&train, 1.0, 0).unwrap_err();
    assert!(matches!(refused, BaselineError::Memory { .. }));
    let sentence = refused.to_string();
    for part in ["3520000 GB of memory are needed", "items = N", "double = 0"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    assert_eq!(Ease::<f64>::fit(&train, 1.0, 2).unwrap().kept(), [0, 7]);
}

#[test]
fn parameters_out_of_range_are_refused() {
    let (train, ..) = golden();
    for lambda in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            Ease::<f32>::fit(&train, lambda, 0),
            Err(BaselineError::Parameter { parameter: "lambda", .. })
        ));
    }
    let fit = Method::named("ease").unwrap().fit;
    let parameters = |lambda, double| Parameters([("lambda", lambda), ("items", 0.0), ("double", double)].into());
    assert!(fit(&train, &parameters(0.0, 0.0)).is_err());
    let fold_in = Interactions::from_rows(15, [[3, 4]]);
    let scores = [0.0, 1.0].map(|double| fit(&train, &parameters(4.0, double)).unwrap().scores(&fold_in));
    assert!(scores[0].iter().zip(&scores[1]).all(|(single, double)| (single - double).abs() < 1e-6));
}

#[test]
fn a_matrix_that_rounding_makes_indefinite_is_refused() {
    // The same 4000 users have both items. In f32, adding a lambda of 1e-5 does not change 4000.
    let train = Interactions::from_rows(2, vec![[0, 1]; 4000]);
    let refused = Ease::<f32>::fit(&train, 1e-5, 0).unwrap_err();
    assert!(matches!(refused, BaselineError::Singular(_)));
    assert!(refused.to_string().contains("raise lambda"));
    assert!(Ease::<f64>::fit(&train, 1e-5, 0).is_ok());
}
