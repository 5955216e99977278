//! Random graphs out of all ops, each checked against central differences.

use ndarray::Axis;
use ract_autodiff::gradcheck::gradcheck_at;
use ract_autodiff::{Mat, Sparse, Var};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::sync::Arc;

/// Rows and columns of every node, so that any op can follow any other.
const SIDE: usize = 3;
const NODES: usize = 8;
const GRAPHS: u64 = 150;
/// Number of cases of [`grow`].
const OPS: u32 = 32;

/// Numbers from 0.1 to 1 with either sign: away from the kink of relu.
fn matrix(rng: &mut ChaCha8Rng) -> Mat<f64> {
    Mat::from_shape_simple_fn((SIDE, SIDE), || {
        let x = 0.1 + 0.9 * f64::from(rng.next_u32()) / f64::from(u32::MAX);
        if rng.next_u32().is_multiple_of(2) { x } else { -x }
    })
}

fn sparse() -> Arc<Sparse<f64>> {
    Arc::new(Sparse::new((SIDE, SIDE), vec![0, 2, 2, 3], vec![0, 2, 1], vec![1.0, 0.5, 2.0]))
}

/// One more node, as large as all others; what is a column or a number is added to another node.
fn grow<'t>(op: u32, a: Var<'t, f64>, b: Var<'t, f64>, constant: &Mat<f64>) -> Var<'t, f64> {
    let tape = a.tape();
    let row = b.rows(1..2);
    match op {
        0 => a + b,
        1 => a - b,
        2 => a * b,
        3 => a / (b * b + tape.constant(Mat::ones((1, 1)))),
        4 => -a,
        5 => a.scale(0.7),
        6 => a.tanh(),
        7 => a.sigmoid(),
        8 => a.softplus(),
        9 => a.exp(),
        10 => a.softplus().ln(),
        11 => a.softplus().sqrt(),
        12 => a.softmax(),
        13 => a.log_softmax(),
        14 => b.affine(a, row),
        15 => a.matmul(b),
        16 => a.matmul_t(b),
        17 => a.t_matmul(b),
        18 => tape.sparse_affine(&sparse(), a, row),
        19 => b + a.multinomial_nll(&sparse()),
        20 => b + a.weighted_squared_error(&sparse(), 3.0),
        21 => a.reparameterize(b, constant.clone()),
        22 => b + a.gaussian_kl(b),
        23 => tape.concat(&[a.columns(0..1), b.columns(1..3)]),
        24 => a.gather_rows(vec![2, 0, 2]) + b.sum_axis(Axis(0)) + b.mean_axis(Axis(1)),
        25 => a.dropout(constant.mapv(|c| f64::from(u8::from(c > 0.0))), 0.5),
        26 => a.layer_norm(0.1) + b.batch_standardize(0.1),
        27 => (a + tape.constant(Mat::from_elem((1, 1), 3.0))).l2_normalize(),
        28 => a.squared_error(constant.clone()),
        29 => a.bce_with_logits(constant.clone()),
        30 => a.relu(),
        _ => a.standardize(vec![0.1, 0.2, 0.3], vec![1.5, 2.5, 3.5]) + b.mean() + b.sum() + b.sum_squares(),
    }
}

#[test]
fn any_graph_of_any_ops_has_the_right_gradient() {
    for seed in 0..GRAPHS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let inputs = [matrix(&mut rng), matrix(&mut rng)];
        let constant = matrix(&mut rng);
        let plan: Vec<[u32; 3]> = (0..NODES).map(|_| [(); 3].map(|()| rng.next_u32())).collect();
        let checked = gradcheck_at(inputs, |_, leaves| {
            let mut nodes = leaves.to_vec();
            for &[op, a, b] in &plan {
                let pick = |k: u32| nodes[k as usize % nodes.len()];
                // Kept small: what grows without bounds drowns in rounding errors.
                nodes.push(grow(op % OPS, pick(a), pick(b), &constant).scale(0.5).tanh());
            }
            nodes.into_iter().reduce(|sum, node| sum + node).unwrap()
        });
        if let Err(mismatch) = checked {
            let ops: Vec<_> = plan.iter().map(|[op, ..]| op % OPS).collect();
            panic!("graph {seed}, ops {ops:?}: {mismatch}");
        }
    }
}
