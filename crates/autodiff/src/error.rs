//! What can go wrong on a tape, in the terms of the op.

use crate::Shape;

/// Result with this crate's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a value or a gradient could not be computed. The messages are sentences: `matmul 'h': the left side is 3 x 4, the
/// right side 5 x 2`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The inputs of an op do not fit together.
    #[error("{op}{}: {message}", name.as_ref().map(|n| format!(" '{n}'")).unwrap_or_default())]
    Shape {
        /// The op's name.
        op: &'static str,
        /// The node's name, when it has one.
        name: Option<String>,
        /// Which input has which shape.
        message: String,
    },
    /// A gradient was asked of something that is not one number.
    #[error("backward starts from a single number, but {node} is {shape}: take its mean or sum first")]
    NotScalar {
        /// The node, by name or by op.
        node: String,
        /// Its shape.
        shape: Shape,
    },
    /// A tape that watches for it met a value or a gradient that is not finite.
    #[error("{op}{}: {pass} made {value} at ({row}, {col})", name.as_ref().map(|n| format!(" '{n}'")).unwrap_or_default())]
    NotFinite {
        /// The op's name.
        op: &'static str,
        /// The node's name, when it has one.
        name: Option<String>,
        /// `forward`, or `backward, for input N,`.
        pass: String,
        /// What it made: `NaN`, `inf` or `-inf`.
        value: String,
        /// Row of the first such element.
        row: usize,
        /// Its column.
        col: usize,
    },
    /// A variable of one tape was used on another.
    #[error("{what}: the variable belongs to another tape")]
    OtherTape {
        /// Where it was used.
        what: &'static str,
    },
    /// A parameter was to be changed while a tape still reads it.
    #[error("parameter '{name}' is still on a tape: reset or drop the tape before changing it")]
    ParamOnTape {
        /// The parameter's name.
        name: String,
    },
    /// The optimiser was given a gradient that is not finite, or so large that its square is not.
    #[error("the gradient of {name}, or its square, is not finite")]
    GradientNotFinite {
        /// The parameter's name.
        name: String,
    },
    /// The optimiser was made for other parameters.
    #[error("Adam: the moments belong to {expected}; the step was given {found}")]
    OtherParams {
        /// The parameters that the optimiser was made for, with their shapes.
        expected: String,
        /// Those that it was given.
        found: String,
    },
}
