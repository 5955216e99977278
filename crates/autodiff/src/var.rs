//! A handle to a node of a tape. The methods that compute stand beside their op, in `ops`.

use crate::backward::backward;
use crate::tape::{Kind, Value};
use crate::{Error, Grads, Mat, Result, Scalar, Shape, Tape, Target};
use std::fmt;

/// A node of a [`Tape`], cheap to copy.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::{Shape, Tape};
///
/// let tape = Tape::<f64>::new();
/// let x = tape.input(array![[1.0, 2.0]]);
/// let y = (x * x + x).named("y");
/// assert_eq!(y.value()?, &array![[2.0, 6.0]]);
/// assert_eq!(y.shape(), Shape::new(1, 2));
/// assert_eq!(y.sum().scalar()?, 8.0);
/// assert_eq!(y.sum().backward([x])?.get(x), Some(&array![[3.0, 5.0]]));
/// assert!(tape.named("y").is_some() && tape.named("z").is_none());
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
pub struct Var<'t, T> {
    tape: &'t Tape<T>,
    index: usize,
}

impl<T> Clone for Var<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Var<'_, T> {}

impl<T> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {} of {:?}", self.index, self.tape)
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    pub(crate) fn new(tape: &'t Tape<T>, index: usize) -> Self {
        Self { tape, index }
    }

    pub(crate) fn index(self) -> usize {
        self.index
    }

    /// The tape that this variable lives on.
    pub fn tape(self) -> &'t Tape<T> {
        self.tape
    }

    /// Rows and columns of the value; 0 x 0 after an error.
    pub fn shape(self) -> Shape {
        Shape::of(self.tape.matrix(self.index))
    }

    /// Names the node for errors, graphs and [`Grads::named`]; a node keeps its first name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.tape.name(self.index, name);
        self
    }

    /// The node's value.
    ///
    /// # Errors
    /// The first error of this recording.
    pub fn value(self) -> Result<&'t Mat<T>> {
        self.tape.check()?;
        Ok(self.tape.matrix(self.index))
    }

    /// The value of a 1 x 1 node.
    ///
    /// # Errors
    /// The first error of this recording, or [`Error::NotScalar`].
    pub fn scalar(self) -> Result<T> {
        let value = self.value()?;
        match Shape::of(value) {
            Shape { rows: 1, cols: 1 } => Ok(value[(0, 0)]),
            shape => Err(Error::NotScalar { node: self.tape.describe(self.index), shape }),
        }
    }

    /// The same value, cut off: no gradient passes.
    ///
    /// ```
    /// use ndarray::array;
    /// use ract_autodiff::Tape;
    ///
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[2.0]]);
    /// let y = x.detach() * x;
    /// assert_eq!(y.backward([x])?.get(x), Some(&array![[2.0]])); // not 4
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn detach(self) -> Self {
        self.tape.push(Kind::Constant, Value::Of(self.index))
    }

    /// The gradients of this 1 x 1 node in the `targets`, which are parameters or variables. Each gradient has the shape of
    /// its target. Only nodes on a path to a target are visited.
    ///
    /// # Errors
    /// The first error of this recording, [`Error::NotScalar`], or [`Error::OtherTape`].
    pub fn backward<'a, I>(self, targets: I) -> Result<Grads<T>>
    where
        I: IntoIterator,
        I::Item: Into<Target<'a, 't, T>>,
        't: 'a,
    {
        self.scalar()?;
        backward(self.tape, self.index, targets.into_iter().map(Into::into).collect())
    }
}
