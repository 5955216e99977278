//! A linear layer: its weights and its bias.

use ract_autodiff::{Mat, Module, Param, Scalar, Sparse, Tape, Var};
use std::sync::Arc;

/// `x w + b`.
#[derive(Debug, Module)]
pub(crate) struct Linear<T> {
    weights: Param<T>,
    bias: Param<T>,
}

impl<T: Scalar> Linear<T> {
    /// A layer from the names of the weights and of the bias, and their initial values.
    pub(crate) fn new(names: [&str; 2], weights: Mat<T>, bias: Mat<T>) -> Self {
        Self { weights: Param::new(names[0], weights), bias: Param::new(names[1], bias) }
    }

    /// The weights alone, for a layer that shares them with another.
    pub(crate) fn weights<'t>(&self, tape: &'t Tape<T>) -> Var<'t, T> {
        tape.param(&self.weights)
    }

    pub(crate) fn apply<'t>(&self, x: Var<'t, T>) -> Var<'t, T> {
        x.affine(x.tape().param(&self.weights), x.tape().param(&self.bias))
    }

    pub(crate) fn apply_sparse<'t>(&self, tape: &'t Tape<T>, x: &Arc<Sparse<T>>) -> Var<'t, T> {
        tape.sparse_affine(x, tape.param(&self.weights), tape.param(&self.bias))
    }
}
