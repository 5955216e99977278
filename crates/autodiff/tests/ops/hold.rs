//! What every op must show: gradients that are right, a value worked out by hand, and an error for inputs that do not fit.

use ndarray::{Array2, s};
use ract_autodiff::gradcheck::{gradcheck, gradcheck_jacobian};
use ract_autodiff::ops::OPS;
use ract_autodiff::{Error, Mat, Shape, Sparse, Tape, Var};
use std::sync::Arc;

/// Rows and columns of an input.
type Size = (usize, usize);

/// Sizes of one input that fit any op of one matrix.
pub(crate) const ANY: [[Size; 1]; 6] = [[(3, 4)], [(1, 1)], [(1, 5)], [(4, 1)], [(0, 3)], [(3, 0)]];

/// Two inputs of the same size.
pub(crate) const ALIKE: [[Size; 2]; 5] =
    [[(3, 4), (3, 4)], [(1, 1), (1, 1)], [(1, 5), (1, 5)], [(0, 3), (0, 3)], [(3, 0), (3, 0)]];

/// An op under test, and what it has shown so far.
pub(crate) struct Op {
    name: &'static str,
    gradients: bool,
    value: bool,
    misfit: bool,
}

/// Runs the cases of the op of that name, and demands at least one of each kind.
pub(crate) fn hold(name: &'static str, cases: fn(&mut Op)) {
    let mut op = Op { name, gradients: false, value: false, misfit: false };
    cases(&mut op);
    assert!(op.gradients, "{name}: no case checks its gradients");
    assert!(op.value, "{name}: no case holds a value worked out by hand");
    assert!(op.misfit, "{name}: no case has inputs that do not fit, and none says that all inputs fit");
}

impl Op {
    /// A use of the op, about which the following cases speak.
    pub(crate) fn is<const N: usize, F>(&mut self, f: F) -> Use<'_, N, F>
    where
        F: for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
    {
        Use { op: self, f }
    }
}

/// A function that applies the op to N inputs.
pub(crate) struct Use<'a, const N: usize, F> {
    op: &'a mut Op,
    f: F,
}

impl<const N: usize, F> Use<'_, N, F>
where
    F: for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
{
    /// The op's gradients are right for inputs of all these sizes.
    pub(crate) fn has_right_gradients<const CASES: usize>(self, sizes: [[Size; N]; CASES]) -> Self {
        for sizes in sizes {
            self.is_recorded(sizes.map(|(rows, cols)| constant(rows, cols)));
            right_gradients(self.op.name, sizes, &self.f);
        }
        self.op.gradients = true;
        self
    }

    /// For these inputs the value is what was worked out by hand: a gradient check cannot see a constant that is wrong.
    pub(crate) fn gives(self, inputs: [Mat<f64>; N], expected: Mat<f64>) -> Self {
        let found = self.is_recorded(inputs);
        let name = self.op.name;
        assert_eq!(found.dim(), expected.dim(), "{name}");
        let right = found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-12);
        assert!(right, "{name}: {found} instead of {expected}");
        self.op.value = true;
        self
    }

    /// Inputs of these sizes do not fit, and the error says so in these words.
    pub(crate) fn rejects(self, sizes: [Size; N], expected: &str) -> Self {
        let (tape, name) = (Tape::new(), self.op.name);
        let inputs = sizes.map(|size| tape.input(Mat::zeros(size)));
        match (self.f)(&tape, inputs).named("here").value() {
            Ok(value) => panic!("{name}: inputs {sizes:?} fit and make {:?}", value.dim()),
            Err(error) => {
                assert_eq!(error.to_string(), format!("{name} 'here': {expected}"));
                assert!(matches!(error, Error::Shape { op, .. } if op == name), "{name}: {error:?}");
            }
        }
        self.op.misfit = true;
        self
    }

    /// The value for these inputs, of which the graph shows that this op took part, and none that is not in the list.
    fn is_recorded(&self, inputs: [Mat<f64>; N]) -> Mat<f64> {
        let (tape, name) = (Tape::new(), self.op.name);
        let value = (self.f)(&tape, inputs.map(|x| tape.input(x))).value();
        let value = value.unwrap_or_else(|error| panic!("{name}: {error}")).clone();
        let recorded = recorded(&tape);
        assert!(recorded.iter().any(|op| op == name), "{name} is not among the ops of its own case: {recorded:?}");
        for op in recorded {
            assert!(OPS.contains(&op.as_str()), "{op} is not in the list of ops (src/ops/mod.rs)");
        }
        value
    }
}

impl<F> Use<'_, 1, F>
where
    F: for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; 1]) -> Var<'t, f64>,
{
    /// There are no inputs that do not fit: matrices of any size do, however odd.
    pub(crate) fn fits_any(self) -> Self {
        for (rows, cols) in [(0, 0), (0, 3), (3, 0), (1, 1), (1, 7), (7, 1), (2, 3)] {
            self.is_recorded([constant(rows, cols)]);
        }
        self.op.misfit = true;
        self
    }
}

/// The names of the ops in the tape's graph, where each is an ellipse: `n1 [label="tanh\n2 x 2", shape=ellipse];`.
fn recorded(tape: &Tape<f64>) -> Vec<String> {
    let dot = tape.dot();
    let labels = dot.lines().filter(|line| line.contains("shape=ellipse")).filter_map(|line| line.split('"').nth(1));
    labels.filter_map(|label| label.split("\\n").next()).map(str::to_owned).collect()
}

/// Checks the whole Jacobian against central differences, again where the op is used twice, and that neither layout nor
/// history change a bit.
pub(crate) fn right_gradients<const N: usize>(
    name: &str,
    sizes: [Size; N],
    f: &impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) {
    let checks = [
        gradcheck_jacobian(sizes, f),
        // A gradient's second contribution takes another path than its first.
        gradcheck(sizes, |tape, x| {
            let (once, again) = (f(tape, x), f(tape, x));
            once + again * again
        }),
    ];
    for check in checks {
        check.unwrap_or_else(|mismatch| panic!("{name}, inputs {sizes:?}: {mismatch}"));
    }
    layout_and_history_do_not_matter(name, sizes, f);
}

/// Inputs that are not contiguous, in rows or in columns, give the same bits, and so does a tape that was used before.
fn layout_and_history_do_not_matter<const N: usize>(
    name: &str,
    sizes: [Size; N],
    f: &impl for<'t> Fn(&'t Tape<f64>, [Var<'t, f64>; N]) -> Var<'t, f64>,
) {
    let results = |tape: &Tape<f64>, inputs: [Mat<f64>; N]| -> ract_autodiff::Result<Vec<Mat<f64>>> {
        let vars = inputs.map(|x| tape.input(x));
        let y = f(tape, vars);
        let grads = (y * y).sum().backward(vars)?;
        let grads = vars.iter().map(|&x| grads.get(x).expect("every input has a gradient").clone());
        Ok(grads.chain([y.value()?.clone()]).collect())
    };
    let inputs = || sizes.map(|(rows, cols)| constant(rows, cols));
    let mut tape = Tape::new();
    let expected = results(&tape, inputs()).expect("the inputs fit");
    for (grad, size) in expected.iter().zip(sizes) {
        assert_eq!(grad.dim(), size, "{name}");
    }
    for again in [inputs(), inputs().map(by_columns), inputs().map(spread)] {
        tape.reset();
        assert_eq!(results(&tape, again).as_ref(), Ok(&expected), "{name}, inputs {sizes:?}");
    }
}

/// The same matrix, stored column by column.
pub(crate) fn by_columns(x: Mat<f64>) -> Mat<f64> {
    let stored = x.t().as_standard_layout().into_owned();
    stored.reversed_axes()
}

/// The same matrix, stored with gaps.
pub(crate) fn spread(x: Mat<f64>) -> Mat<f64> {
    let mut wide = Mat::from_elem((2 * x.nrows() + 1, 3 * x.ncols() + 1), f64::NAN);
    let gaps = s![1..;2, 1..;3];
    wide.slice_mut(gaps).assign(&x);
    wide.slice_move(gaps)
}

pub(crate) fn constant(rows: usize, cols: usize) -> Mat<f64> {
    Mat::from_shape_fn((rows, cols), |(i, j)| ((1 + i * 5 + j * 3) as f64).sin())
}

pub(crate) fn zeros_and_ones(rows: usize, cols: usize) -> Mat<f64> {
    constant(rows, cols).mapv(|m| f64::from(u8::from(m > 0.0)))
}

/// A constant as large as `x`.
pub(crate) fn like(x: Var<'_, f64>, make: fn(usize, usize) -> Mat<f64>) -> Mat<f64> {
    let Shape { rows, cols } = x.shape();
    make(rows, cols)
}

/// A few targets per user, as large as `scores`; the second user has none.
pub(crate) fn targets(scores: Var<'_, f64>) -> Arc<Sparse<f64>> {
    let Shape { rows, cols } = scores.shape();
    sparse(rows, cols)
}

pub(crate) fn sparse(users: usize, items: usize) -> Arc<Sparse<f64>> {
    let dense = Array2::from_shape_fn((users, items), |(u, i)| f64::from((u != 1 && (u * 3 + i * 5) % 4 == 0) as u8));
    let (mut indptr, mut indices, mut values) = (vec![0], vec![], vec![]);
    for row in dense.rows() {
        for (item, &x) in row.iter().enumerate().filter(|&(_, &x)| x != 0.0) {
            indices.push(item as u32);
            values.push(x + 0.25 * item as f64);
        }
        indptr.push(indices.len());
    }
    Arc::new(Sparse::new((users, items), indptr, indices, values))
}

/// One user with the items 0 and 2, the latter twice as much; one without any.
pub(crate) fn two_users() -> Arc<Sparse<f64>> {
    Arc::new(Sparse::new((2, 3), vec![0, 2, 2], vec![0, 2], vec![1.0, 2.0]))
}
