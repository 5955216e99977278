//! Gradients against central differences, in `f64`.

use crate::{Mat, Result, Shape, Tape, Var};
use ndarray_rand::RandomExt;
use ndarray_rand::rand::SeedableRng;
use ndarray_rand::rand_distr::Uniform;
use rand_chacha::ChaCha8Rng;

/// Half the width of the central difference.
const STEP: f64 = 1e-5;
/// Allowed relative error.
const RELATIVE: f64 = 1e-6;
/// Allowed absolute error, for gradients near zero.
const ABSOLUTE: f64 = 1e-8;

/// Why a gradient check failed.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// The function could not be computed.
    #[error(transparent)]
    Tape(#[from] crate::Error),
    /// Backward and central differences disagree.
    #[error(
        "input {input} at ({row}, {col}): backward says {backward}, central differences say {numeric} \
         (inputs are seeded by their position)"
    )]
    Gradient {
        /// Which input, from 0.
        input: usize,
        /// Row of the element.
        row: usize,
        /// Column of the element.
        col: usize,
        /// What backward returned.
        backward: f64,
        /// What central differences give.
        numeric: f64,
    },
    /// They disagree in one row of the Jacobian.
    #[error("output ({row}, {col}), {mismatch}")]
    Output {
        /// Row of the output's element.
        row: usize,
        /// Its column.
        col: usize,
        /// Where in the inputs.
        mismatch: Box<Mismatch>,
    },
    /// They disagree along a direction.
    #[error("along a random direction backward says {backward}, central differences say {numeric}")]
    Direction {
        /// What backward returned.
        backward: f64,
        /// What central differences give.
        numeric: f64,
    },
}

/// Checks the gradient of `f` in each element of its inputs, which have the given shapes and values between -1 and 1.
/// An output of any shape is first multiplied by fixed weights and summed.
///
/// ```
/// use ract_autodiff::gradcheck::gradcheck;
///
/// gradcheck([(3, 4), (4, 2)], |_, [a, b]| a.matmul(b).tanh())?;
///
/// // A detached input has no gradient, whatever its value does.
/// let mismatch = gradcheck([(1, 2)], |_, [x]| x.detach()).unwrap_err().to_string();
/// assert!(mismatch.starts_with("input 0 at (0, 0): backward says 0, central differences say "));
/// # Ok::<(), ract_autodiff::gradcheck::Mismatch>(())
/// ```
///
/// # Errors
/// The first element whose gradients disagree.
pub fn gradcheck<const N: usize>(
    shapes: [(usize, usize); N],
    f: impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) -> Result<(), Mismatch> {
    gradcheck_at(seeded(shapes, 1), f)
}

/// [`gradcheck`] at given inputs.
///
/// # Errors
/// The first element whose gradients disagree.
pub fn gradcheck_at<const N: usize>(
    inputs: [Mat<f64>; N],
    f: impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) -> Result<(), Mismatch> {
    let mut tape = Tape::new();
    let vars: Vec<_> = inputs.iter().map(|x| tape.input(x.clone())).collect();
    let grads = weighted_sum(&tape, &vars, &f)?.backward(vars.iter().copied())?;
    let analytic: Vec<_> = vars
        .iter()
        .zip(&inputs)
        .map(|(&v, x)| grads.get(v).cloned().unwrap_or_else(|| Mat::zeros(x.raw_dim())))
        .collect();
    drop(vars);

    let mut inputs = inputs.to_vec();
    for input in 0..N {
        for (row, col) in ndarray::indices(inputs[input].raw_dim()) {
            let at = inputs[input][(row, col)];
            let mut loss = |x: f64| -> Result<f64> {
                inputs[input][(row, col)] = x;
                tape.reset();
                let vars: Vec<_> = inputs.iter().map(|x| tape.input(x.clone())).collect();
                weighted_sum(&tape, &vars, &f)?.scalar()
            };
            let numeric = (loss(at + STEP)? - loss(at - STEP)?) / (2.0 * STEP);
            loss(at)?;
            let backward = analytic[input][(row, col)];
            if !agree(backward, numeric) {
                return Err(Mismatch::Gradient { input, row, col, backward, numeric });
            }
        }
    }
    Ok(())
}

/// Checks one random direction of all inputs at once: quick, for large functions. It misses what happens to cancel in
/// that direction.
///
/// # Errors
/// When backward and central differences disagree along the direction.
pub fn gradcheck_directional<const N: usize>(
    shapes: [(usize, usize); N],
    f: impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) -> Result<(), Mismatch> {
    let inputs = seeded(shapes, 1);
    let direction = seeded(shapes, 1 + N as u64);
    let along = |step: f64| -> Result<f64> {
        let tape = Tape::new();
        let vars: Vec<_> = inputs.iter().zip(&direction).map(|(x, v)| tape.input(x + &(v * step))).collect();
        weighted_sum(&tape, &vars, &f)?.scalar()
    };
    let tape = Tape::new();
    let vars: Vec<_> = inputs.iter().map(|x| tape.input(x.clone())).collect();
    let grads = weighted_sum(&tape, &vars, &f)?.backward(vars.iter().copied())?;
    let backward = vars.iter().zip(&direction).filter_map(|(&x, v)| Some((grads.get(x)? * v).sum())).sum::<f64>();
    let numeric = (along(STEP)? - along(-STEP)?) / (2.0 * STEP);
    if agree(backward, numeric) { Ok(()) } else { Err(Mismatch::Direction { backward, numeric }) }
}

/// Checks the full Jacobian: the gradient of every element of the output in every element of the inputs.
///
/// # Errors
/// The first element whose gradients disagree.
pub fn gradcheck_jacobian<const N: usize>(
    shapes: [(usize, usize); N],
    f: impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) -> Result<(), Mismatch> {
    let inputs = seeded(shapes, 1);
    let tape = Tape::new();
    let vars: Vec<_> = inputs.iter().map(|x| tape.input(x.clone())).collect();
    let output = Shape::of(f(&tape, std::array::from_fn(|i| vars[i])).value()?);
    for element in ndarray::indices((output.rows, output.cols)) {
        gradcheck_at(inputs.clone(), |tape, vars| {
            let mut only = Mat::zeros((output.rows, output.cols));
            only[element] = 1.0;
            f(tape, vars) * tape.constant(only)
        })
        .map_err(|mismatch| match mismatch {
            Mismatch::Gradient { .. } => {
                Mismatch::Output { row: element.0, col: element.1, mismatch: Box::new(mismatch) }
            }
            other => other,
        })?;
    }
    Ok(())
}

fn agree(backward: f64, numeric: f64) -> bool {
    // An infinite gradient would pass for near any other; a NaN never does.
    let finite = backward.is_finite() && numeric.is_finite();
    finite && (backward - numeric).abs() <= ABSOLUTE + RELATIVE * backward.abs().max(numeric.abs())
}

/// Matrices of the given shapes, seeded one after the other from `seed`.
fn seeded<const N: usize>(shapes: [(usize, usize); N], seed: u64) -> [Mat<f64>; N] {
    let mut seeds = seed..;
    shapes.map(|shape| uniform(shape, seeds.next().unwrap_or(seed)))
}

fn weighted_sum<'t, const N: usize>(
    tape: &'t Tape<f64>,
    vars: &[Var<'t, f64>],
    f: &impl Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) -> Result<Var<'t, f64>> {
    let output = f(tape, std::array::from_fn(|i| vars[i]));
    let Shape { rows, cols } = Shape::of(output.value()?);
    Ok((output * tape.constant(uniform((rows, cols), 0))).sum())
}

fn uniform(shape: (usize, usize), seed: u64) -> Mat<f64> {
    let between = Uniform::new(-1.0, 1.0).expect("-1 is below 1");
    Mat::random_using(shape, between, &mut ChaCha8Rng::seed_from_u64(seed))
}
