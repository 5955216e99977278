//! The operations, one a file: formula, struct, forward, backward, and the method of [`Var`](crate::Var) or
//! [`Tape`](crate::Tape) that applies it. Vectors over a batch are columns: one row per user.
//!
//! ```
//! # use ract_autodiff::Tape;
//! # use ndarray::{Axis, array};
//! let tape = Tape::<f64>::new();
//! let x = tape.input(array![[1.0, -2.0], [3.0, 4.0]]);
//! let per_user = (x * x).sum_axis(Axis(1));
//! assert_eq!(per_user.value()?, &array![[5.0], [25.0]]);
//! assert_eq!(per_user.mean().scalar()?, 15.0);
//! # Ok::<(), ract_autodiff::Error>(())
//! ```

mod add;
mod affine;
mod batch_standardize;
mod bce_with_logits;
mod broadcast;
mod concat;
mod div;
mod dropout;
mod exp;
mod gather_rows;
mod gaussian_kl;
mod lambda_rank;
mod listwise;
mod ln;
mod matmul;
mod mean;
mod mul;
mod multinomial_nll;
mod normalize_rows;
mod relu;
mod reparameterize;
mod scale;
mod sigmoid;
mod slice;
mod softmax;
mod softplus;
mod sparse_affine;
mod sqrt;
mod squared_error;
mod standardize;
mod sub;
mod sum;
mod sum_axis;
mod sum_squares;
mod tanh;
mod warp;
mod weighted_squared_error;

use crate::Shape;

/// The shape of both inputs of an elementwise op.
fn same_shape(inputs: &[Shape]) -> Result<Shape, String> {
    match inputs {
        [a, b] if a == b => Ok(*a),
        [a, b] => Err(format!("the left side is {a}, the right side {b}")),
        _ => Err(format!("it takes two inputs, not {}", inputs.len())),
    }
}
