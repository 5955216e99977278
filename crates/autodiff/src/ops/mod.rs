//! The operations, one a file: formula, struct, forward, backward, and the method of [`Var`](crate::Var) or
//! [`Tape`](crate::Tape) that applies it. Functions of single numbers stand together in `elementwise`, sums and products
//! of two matrices in `arithmetic`. Vectors over a batch are columns: one row per user.

mod affine;
mod arithmetic;
mod batch_standardize;
mod bce_with_logits;
mod concat;
mod dropout;
mod elementwise;
mod gather_rows;
mod gaussian_kl;
mod lambda_rank;
mod listwise;
mod matmul;
mod mean;
mod multinomial_nll;
mod normalize_rows;
mod reparameterize;
mod slice;
mod softmax;
mod sparse_affine;
mod squared_error;
mod standardize;
mod sum;
mod sum_axis;
mod sum_squares;
mod warp;
mod weighted_squared_error;

use crate::{Mat, Shape};

/// The names of all ops, as [`Op::name`](crate::Op::name) returns them. The tests walk this list and demand of each op a
/// checked gradient, a value worked out by hand, and an error for inputs that do not fit.
#[rustfmt::skip] // by kind, not one a line
pub const OPS: &[&str] = &[
    "exp", "ln", "sqrt", "tanh", "sigmoid", "softplus", "relu", "scale",
    "add", "sub", "mul", "div",
    "sum", "mean", "sum_squares", "sum_axis",
    "affine", "sparse_affine", "matmul",
    "concat", "slice", "gather_rows", "dropout",
    "softmax", "log_softmax", "l2_normalize", "layer_norm", "batch_standardize", "standardize",
    "squared_error", "bce_with_logits", "multinomial_nll", "weighted_squared_error", "warp", "lambda_rank",
    "reparameterize", "gaussian_kl",
];

/// The shape of both inputs, which must be the same.
fn same_shape(inputs: &[Shape]) -> Result<Shape, String> {
    let (a, b) = (inputs[0], inputs[1]);
    if a == b { Ok(a) } else { Err(format!("the left side is {a}, the right side {b}")) }
}

/// The shape of the input, which must be that of the `constant`, called `name`.
fn shape_of_constant<T>(inputs: &[Shape], name: &str, constant: &Mat<T>) -> Result<Shape, String> {
    let (x, constant) = (inputs[0], Shape::of(constant));
    if x == constant { Ok(x) } else { Err(format!("x is {x}, the {name} {constant}")) }
}
