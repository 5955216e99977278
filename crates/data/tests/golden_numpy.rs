//! numpy's generator against numpy itself (golden/mt19937.json), exactly.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ract_data::NumpyRandom;
use serde_json::Value;

fn numbers(json: &Value) -> Vec<u32> {
    json.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as u32).collect()
}

#[test]
fn permutations_and_choices_are_numpys() {
    let golden: Value = serde_json::from_str(include_str!("golden/mt19937.json")).unwrap();
    let size = |case: &Value, key: &str| case[key].as_u64().unwrap() as usize;
    let mut random = NumpyRandom::new(98765);
    for case in golden["permutations"].as_array().unwrap() {
        assert_eq!(random.permutation(size(case, "n")), numbers(&case["values"]));
    }
    for case in golden["choices"].as_array().unwrap() {
        assert_eq!(random.choice(size(case, "n"), size(case, "size")), numbers(&case["values"]));
    }
}
