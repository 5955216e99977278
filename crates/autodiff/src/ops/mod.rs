//! The operations, one a file: formula, struct, forward, backward, and the method of [`Var`](crate::Var) or
//! [`Tape`](crate::Tape) that applies it. Vectors over a batch are columns: one row per user.

mod add;
mod affine;
mod concat;
mod gaussian_kl;
mod mean;
mod mul;
mod multinomial_nll;
mod relu;
mod reparameterize;
mod scale;
mod sigmoid;
mod softplus;
mod sparse_affine;
mod squared_error;
mod standardize;
mod sub;
mod sum;
mod sum_squares;
mod tanh;
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
