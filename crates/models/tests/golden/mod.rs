//! What the tests against golden values share.

use ract_autodiff::{Mat, Sparse};
use serde_json::Value;

fn row(json: &Value) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// A matrix, or a vector as one row.
pub(crate) fn matrix(json: &Value) -> Mat<f64> {
    let rows = json.as_array().unwrap();
    let rows: Vec<_> = if rows[0].is_array() { rows.iter().map(row).collect() } else { vec![row(json)] };
    Mat::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

pub(crate) fn sparse(dense: &Mat<f64>) -> Sparse<f64> {
    let (mut indptr, mut indices, mut values) = (vec![0], vec![], vec![]);
    for row in dense.rows() {
        for (column, &x) in row.iter().enumerate().filter(|&(_, &x)| x != 0.0) {
            indices.push(column as u32);
            values.push(x);
        }
        indptr.push(indices.len());
    }
    Sparse::new(dense.dim(), indptr, indices, values)
}

pub(crate) fn assert_close(what: &str, found: &Mat<f64>, expected: &Mat<f64>) {
    assert_eq!(found.dim(), expected.dim(), "{what}");
    for (&a, &b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-10 * b.abs().max(1e-5), "{what}: {a} instead of {b}");
    }
}

pub(crate) fn assert_number(what: &str, found: f64, expected: f64) {
    assert_close(what, &Mat::from_elem((1, 1), found), &Mat::from_elem((1, 1), expected));
}
