//! The tape: an arena of nodes in the order of their creation, which is a topological order.

use crate::param::ParamId;
use crate::pool::Pool;
use crate::shape::row_major;
use crate::{Error, Mat, Op, Param, Products, Profile, Result, Scalar, Shape, Var};
use elsa::FrozenVec;
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Records a computation, to be differentiated by [`Var::backward`].
///
/// A training loop keeps one tape and [`reset`](Tape::reset)s it after each step: the buffers are used again.
///
/// An op whose inputs do not fit does not interrupt the recording. The tape remembers the first error, and whatever reads
/// from the tape afterwards ([`Var::value`], [`Var::backward`]) returns it.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::Tape;
///
/// let mut tape = Tape::<f64>::new();
/// for x in [1.0, 2.0] {
///     let x = tape.input(array![[x]]);
///     assert_eq!((x * x).backward([x])?.get(x), Some(&(x.value()? * 2.0)));
///     tape.reset();
/// }
///
/// let (a, b) = (tape.input(array![[1.0, 2.0]]), tape.input(array![[1.0, 2.0, 3.0]]));
/// let error = (a + b).named("both").tanh().value().unwrap_err();
/// assert_eq!(error.to_string(), "add 'both': the left side is 1 x 2, the right side 1 x 3");
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
pub struct Tape<T> {
    pub(crate) nodes: FrozenVec<Box<Node<T>>>,
    pub(crate) pool: Rc<Pool<T>>,
    error: RefCell<Option<Failure>>,
    products: Cell<Products>,
    /// Whether ops are checked for values that are not finite.
    pub(crate) watches: Cell<bool>,
    /// How long ops took, if the tape is profiling.
    pub(crate) profile: RefCell<Option<Profile>>,
    /// Tells this recording from those of other tapes and from those before the last reset.
    pub(crate) recording: u64,
}

struct Failure {
    node: usize,
    error: Error,
}

pub(crate) struct Node<T> {
    pub(crate) kind: Kind<T>,
    pub(crate) value: Value<T>,
    pub(crate) name: OnceCell<String>,
}

pub(crate) enum Kind<T> {
    /// No gradient goes here or beyond.
    Constant,
    /// A parameter or another input.
    Leaf(Option<ParamId>),
    Computed {
        op: Box<dyn Op<T>>,
        inputs: Vec<usize>,
    },
}

pub(crate) enum Value<T> {
    Owned(Mat<T>),
    Shared(Arc<Mat<T>>),
    /// The value of an earlier node.
    Of(usize),
}

impl<T: Scalar> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> Tape<T> {
    /// An empty tape.
    pub fn new() -> Self {
        Self {
            nodes: FrozenVec::new(),
            pool: Rc::new(Pool::default()),
            error: RefCell::new(None),
            products: Cell::new(Products::default()),
            watches: Cell::new(false),
            profile: RefCell::new(None),
            recording: new_recording(),
        }
    }

    /// From now on, the first value or gradient that is not finite stops the recording with
    /// [`Error::NotFinite`](crate::Error::NotFinite), which names the op, the node and the pass. This reads every number
    /// once more: use it to find a fault, not every day.
    ///
    /// ```
    /// use ndarray::array;
    /// use ract_autodiff::Tape;
    ///
    /// let tape = Tape::<f64>::new();
    /// tape.watch_for_non_finite();
    /// let loss = tape.input(array![[1.0, -1.0]]).ln().named("log of x").sum();
    /// assert_eq!(loss.value().unwrap_err().to_string(), "ln 'log of x': forward made NaN at (0, 1)");
    /// ```
    pub fn watch_for_non_finite(&self) {
        self.watches.set(true);
    }

    /// How large products of `f32` that are recorded from now on are computed, forward and backward: exactly, if nothing is
    /// said.
    pub fn set_products(&self, products: Products) {
        self.products.set(products);
    }

    /// How large products are computed.
    pub fn products(&self) -> Products {
        self.products.get()
    }

    /// Forgets all that was recorded, lets go of the parameters, and keeps the buffers for the next recording.
    pub fn reset(&mut self) {
        for node in std::mem::take(self.nodes.as_mut()) {
            // What a caller allocated is not taken from the pool again: kept there, it would pile up.
            if let (Kind::Computed { .. }, Value::Owned(matrix)) = (node.kind, node.value) {
                self.pool.put(matrix);
            }
        }
        *self.error.borrow_mut() = None;
        self.recording = new_recording();
    }

    /// The parameter as a variable of the same shape. The value is shared, not copied. A second call returns the same
    /// variable.
    pub fn param(&self, param: &Param<T>) -> Var<'_, T> {
        if let Some(index) = self.find(param) {
            return Var::new(self, index);
        }
        // Whoever changed the parameter may have put in a matrix of another layout.
        let value = match param.value().is_standard_layout() {
            true => Value::Shared(Arc::clone(param.shared())),
            false => Value::Owned(row_major(param.value().clone())),
        };
        let var = self.push(Kind::Leaf(Some(param.id())), value);
        var.named(param.name())
    }

    /// The matrix as a variable of the same shape, whose gradient can be asked for.
    pub fn input(&self, value: Mat<T>) -> Var<'_, T> {
        self.push(Kind::Leaf(None), Value::Owned(row_major(value)))
    }

    /// The matrix as a variable of the same shape, which no gradient reaches.
    pub fn constant(&self, value: Mat<T>) -> Var<'_, T> {
        self.push(Kind::Constant, Value::Owned(row_major(value)))
    }

    /// Runs `op` on `inputs` and records it. The result has the shape that [`Op::shape`] says.
    pub fn apply<'t>(&'t self, op: impl Op<T> + 'static, inputs: &[Var<'t, T>]) -> Var<'t, T> {
        if self.failed().is_none() {
            match self.run(op, inputs) {
                Ok((kind, value)) => return self.push(kind, value),
                Err(error) => *self.error.borrow_mut() = Some(Failure { node: self.nodes.len(), error }),
            }
        }
        self.push(Kind::Constant, Value::Owned(Mat::zeros((0, 0))))
    }

    fn run(&self, mut op: impl Op<T> + 'static, inputs: &[Var<'_, T>]) -> Result<(Kind<T>, Value<T>)> {
        if inputs.iter().any(|input| !std::ptr::eq(input.tape(), self)) {
            return Err(Error::OtherTape { what: op.name() });
        }
        let values: Vec<_> = inputs.iter().map(|input| self.matrix(input.index())).collect();
        let shapes: Vec<_> = values.iter().map(|value| Shape::of(value)).collect();
        let shape = op.shape(&shapes).map_err(|message| Error::Shape { op: op.name(), name: None, message })?;
        let mut output = self.pool.take(shape);
        let start = self.clock();
        op.forward(&values, &mut output);
        self.note(op.name(), shape, "forward", start);
        let output = row_major(output); // an op may have put another matrix there
        if self.watches.get() {
            check_finite(&output, op.name(), None, || "forward".to_owned())?;
        }
        let inputs = inputs.iter().map(|input| input.index()).collect();
        Ok((Kind::Computed { op: Box::new(op), inputs }, Value::Owned(output)))
    }

    pub(crate) fn push(&self, kind: Kind<T>, value: Value<T>) -> Var<'_, T> {
        self.nodes.push(Box::new(Node { kind, value, name: OnceCell::new() }));
        Var::new(self, self.nodes.len() - 1)
    }

    pub(crate) fn find(&self, param: &Param<T>) -> Option<usize> {
        self.nodes.iter().position(|node| matches!(node.kind, Kind::Leaf(Some(id)) if id == param.id()))
    }

    pub(crate) fn matrix(&self, index: usize) -> &Mat<T> {
        match &self.nodes[index].value {
            Value::Owned(matrix) => matrix,
            Value::Shared(matrix) => matrix,
            Value::Of(earlier) => self.matrix(*earlier),
        }
    }

    /// The first node of that name.
    pub fn named(&self, name: &str) -> Option<Var<'_, T>> {
        let index = self.nodes.iter().position(|node| node.name.get().is_some_and(|of_node| of_node == name))?;
        Some(Var::new(self, index))
    }

    /// A node's name, or its op's, for messages.
    pub(crate) fn describe(&self, index: usize) -> String {
        let node = &self.nodes[index];
        match (node.name.get(), &node.kind) {
            (Some(name), _) => format!("'{name}'"),
            (None, Kind::Computed { op, .. }) => format!("the output of {}", op.name()),
            (None, _) => "an input".to_owned(),
        }
    }

    /// The names of all named nodes, in the order in which the nodes were recorded.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter_map(|node| node.name.get().map(String::as_str))
    }

    /// Names a node; the first name stays.
    pub(crate) fn name(&self, index: usize, name: &str) {
        self.nodes[index].name.get_or_init(|| name.to_owned());
        if let Some(Failure {
            node,
            error: Error::Shape { name: unnamed, .. } | Error::NotFinite { name: unnamed, .. },
        }) = &mut *self.error.borrow_mut()
            && *node == index
        {
            unnamed.get_or_insert_with(|| name.to_owned());
        }
    }

    /// The first error of this recording.
    pub(crate) fn failed(&self) -> Option<Error> {
        self.error.borrow().as_ref().map(|failure| failure.error.clone())
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.failed().map_or(Ok(()), Err)
    }
}

impl<T> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tape of {} nodes", self.nodes.len())
    }
}

/// The first element that is not finite is an error.
pub(crate) fn check_finite<T: Scalar>(
    matrix: &Mat<T>,
    op: &'static str,
    name: Option<&String>,
    pass: impl Fn() -> String,
) -> Result<()> {
    match matrix.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, col), value)) => {
            Err(Error::NotFinite { op, name: name.cloned(), pass: pass(), value: value.to_string(), row, col })
        }
    }
}

fn new_recording() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_tape_is_as_new_after_a_reset() {
        let mut tape = Tape::<f64>::new();
        let weights = Param::new("w", array![[1.0, 2.0]]);
        let first = tape.param(&weights).tanh().sum().backward([&weights]).unwrap();
        let first = first.get(&weights).cloned();
        tape.reset();
        let second = tape.param(&weights).tanh().sum().backward([&weights]).unwrap();
        assert_eq!(second.get(&weights), first.as_ref());
        assert_eq!(tape.nodes.len(), 3);
    }

    /// Puts a matrix of its own where it is to write, stored by columns.
    struct ByColumns;

    impl Op<f64> for ByColumns {
        fn name(&self) -> &'static str {
            "by_columns"
        }

        fn forward(&mut self, x: &[&Mat<f64>], y: &mut Mat<f64>) {
            *y = x[0].t().as_standard_layout().into_owned().reversed_axes();
        }

        fn backward(&self, _x: &[&Mat<f64>], _y: &Mat<f64>, dy: &Mat<f64>, dx: &mut crate::Slots<'_, f64>) {
            if let Some(slot) = dx.want(0) {
                slot.update(|grad, _| *grad = dy.t().as_standard_layout().into_owned().reversed_axes());
            }
        }
    }

    #[test]
    fn an_op_may_leave_its_value_and_gradient_in_any_layout() {
        let tape = Tape::new();
        let x = tape.input(array![[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]);
        let gradient = |y: Var<'_, f64>| y.softmax().sum_squares().backward([x]).unwrap().get(x).cloned();
        let tanh = tape.apply(ByColumns, &[x.tanh()]);
        assert_eq!(gradient(tape.apply(ByColumns, &[tanh])), gradient(x.tanh()));
    }

    #[test]
    fn the_steady_state_takes_every_buffer_from_the_pool() {
        let mut tape = Tape::<f32>::new();
        let mut addresses = Vec::new();
        for _ in 0..3 {
            let y = tape.input(Mat::ones((40, 30))).tanh();
            addresses.push(y.value().unwrap().as_ptr() as usize);
            tape.reset();
        }
        assert_eq!(addresses[1], addresses[2]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn a_long_training_loop_holds_no_more_buffers_than_a_short_one() {
        let mut tape = Tape::<f32>::new();
        let mut buffers_after = |steps| {
            for _ in 0..steps {
                let x = tape.input(Mat::ones((4, 3)));
                let loss = (x.tanh() + tape.constant(Mat::ones((4, 3)))).sum();
                drop(loss.backward([x]).unwrap());
                tape.reset();
            }
            tape.pool.buffers()
        };
        assert_eq!(buffers_after(3), buffers_after(100));
    }

    #[test]
    fn the_first_misfit_is_reported_with_op_name_and_shapes_by_whatever_reads_the_tape() {
        let tape = Tape::<f64>::new();
        let (x, w, b) = (Mat::zeros((500, 600)), Mat::zeros((400, 7)), Mat::zeros((1, 7)));
        let (x, w, b) = (tape.constant(x), tape.input(w), tape.input(b));
        let logits = x.affine(w, b).named("dec2");
        let message = "affine 'dec2': x is 500 x 600, weights are 400 x 7";
        assert_eq!(logits.value().unwrap_err().to_string(), message);
        let loss = logits.tanh().mean();
        assert_eq!(loss.backward([w]).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_watching_tape_says_which_op_first_made_what_is_not_finite() {
        let forward = Tape::<f64>::new();
        forward.watch_for_non_finite();
        let x = forward.input(array![[1.0, -1.0]]);
        let loss = x.ln().named("log of x").tanh().sum();
        let message = "ln 'log of x': forward made NaN at (0, 1)";
        assert_eq!(loss.value().unwrap_err().to_string(), message);

        let backward = Tape::<f64>::new();
        backward.watch_for_non_finite();
        let x = backward.input(array![[1.0, 0.0]]);
        let loss = x.sqrt().named("root").sum();
        let message = "sqrt 'root': backward, for input 0, made inf at (0, 1)";
        assert_eq!(loss.backward([x]).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_parameter_cannot_change_under_a_tape() {
        let mut weights = Param::new("w", array![[1.0_f64]]);
        let mut tape = Tape::new();
        tape.param(&weights);
        let message = "parameter 'w' is still on a tape: reset or drop the tape before changing it";
        assert_eq!(weights.value_mut().unwrap_err().to_string(), message);
        tape.reset();
        assert!(weights.value_mut().is_ok());
    }

    #[test]
    fn variables_of_two_tapes_do_not_mix() {
        let (one, two) = (Tape::<f64>::new(), Tape::<f64>::new());
        let (a, b) = (one.input(array![[1.0]]), two.input(array![[1.0]]));
        assert_eq!((a + b).value().unwrap_err().to_string(), "add: the variable belongs to another tape");
    }
}
