//! Metrics against the authors' own numpy functions (golden/metrics.json), to 1e-6.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ndarray::Array2;
use ract::metrics::{Candidates, ItemFacts, Metric, score_users};
use ract_data::Interactions;
use serde_json::Value;

fn numbers(json: &Value) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn items(json: &Value, n_items: usize) -> Interactions {
    let users = json.as_array().unwrap().iter();
    Interactions::from_rows(n_items, users.map(|row| numbers(row).into_iter().map(|i| i as u32).collect::<Vec<_>>()))
}

#[test]
fn every_metric_of_every_user_has_the_golden_value() {
    let golden: Value = serde_json::from_str(include_str!("golden/metrics.json")).unwrap();
    for case in golden["cases"].as_array().unwrap() {
        let k = case["k"].as_u64().unwrap() as usize;
        let rows: Vec<Vec<f32>> =
            case["scores"].as_array().unwrap().iter().map(|r| numbers(r).iter().map(|&x| x as f32).collect()).collect();
        let scores = Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap();
        let (fold_in, held_out) = (items(&case["fold_in"], scores.ncols()), items(&case["held_out"], scores.ncols()));
        let metrics = [Metric::ndcg(k), Metric::dcg(k), Metric::recall(k), Metric::average_precision(k)];
        let found = score_users(
            |user| scores.row(user),
            Candidates::AllBut(&fold_in),
            &held_out,
            &metrics,
            &ItemFacts::default(),
        );
        for (column, name) in ["ndcg", "dcg", "recall", "average_precision"].into_iter().enumerate() {
            for (user, expected) in numbers(&case[name]).into_iter().enumerate() {
                let found = found[(user, column)];
                assert!((found - expected).abs() <= 1e-6, "{name}@{k}, user {user}: {found} instead of {expected}");
            }
        }
    }
}
