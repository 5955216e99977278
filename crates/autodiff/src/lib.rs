//! Reverse-mode automatic differentiation on ndarray matrices, written to be read.
//!
//! A [`Tape`] records what is computed; a [`Var`] is a copyable handle to one of its nodes; [`Var::backward`] returns the
//! gradients of a number with respect to the parameters or nodes that it is asked for, and computes nothing else.
//!
//! ```
//! use ndarray::array;
//! use ract_autodiff::{Param, Tape};
//!
//! let weights = Param::new("weights", array![[2.0_f64, -1.0]]);
//! let tape = Tape::new();
//! let loss = tape.param(&weights).tanh().sum();
//! let grads = loss.backward([&weights])?;
//!
//! let expected = weights.value().mapv(|w| 1.0 - w.tanh().powi(2));
//! assert_eq!(grads.get(&weights), Some(&expected));
//! # Ok::<(), ract_autodiff::Error>(())
//! ```
//!
//! Every value is a matrix; a batch of numbers is a column, a single number is 1 x 1. The scalar is a type parameter:
//! `f32` to train, `f64` to check. New operations enter through the same door as the built-in ones: the [`Op`] trait and
//! [`Tape::apply`].

mod backward;
mod error;
pub mod gradcheck;
mod gradient;
mod graph;
pub mod inspect;
mod kernels;
mod op;
pub mod ops;
pub mod optim;
mod param;
mod pool;
mod profile;
mod scalar;
mod shape;
mod slots;
mod tape;
mod var;
mod write;

pub use backward::{Grads, Target};
pub use error::{Error, Result};
pub use graph::{GraphNode, NodeKind};
pub use kernels::gemm::{Precision, Products, Unit, UnitError, add_product};
pub use kernels::vectors::{Vectors, VectorsError};
pub use op::Op;
pub use param::{Module, Param};
pub use profile::{Profile, Spent};
pub use ract_autodiff_derive::Module;
pub use scalar::Scalar;
pub use shape::Shape;
pub use slots::{Slot, Slots};
pub use tape::Tape;
pub use var::Var;
pub use write::Write;

/// A dense matrix, row-major.
pub type Mat<T> = ndarray::Array2<T>;

/// A sparse matrix in compressed rows: sparse inputs and targets, constant for the tape. `Sparse::new` takes the shape,
/// where each row starts, the columns, and the values:
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::Sparse;
///
/// let x: Sparse<f64> = Sparse::new((2, 3), vec![0, 2, 2], vec![0, 2], vec![1.0, 2.0]);
/// assert_eq!(x.to_dense(), array![[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]]);
/// ```
pub type Sparse<T> = sprs::CsMatI<T, u32, usize>;

/// The README's example runs with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
