//! Named parameters.

use crate::kernels::pages;
use crate::{Error, Mat, Result, Scalar, Shape};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells parameters apart, whatever their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParamId(u64);

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// A matrix that training changes. Tapes share its value while they use it; it is never copied.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::{Param, Tape};
///
/// let mut weights = Param::new("weights", array![[1.0_f64, 2.0]]);
/// weights.value_mut()?[(0, 1)] = 5.0;
/// assert_eq!(weights.value(), &array![[1.0, 5.0]]);
///
/// let tape = Tape::new();
/// tape.param(&weights);
/// assert!(weights.value_mut().is_err()); // the tape reads it
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
#[derive(Debug)]
pub struct Param<T> {
    id: ParamId,
    name: String,
    value: Arc<Mat<T>>,
}

impl<T: Scalar> Param<T> {
    /// A parameter with its first value.
    pub fn new(name: impl Into<String>, value: Mat<T>) -> Self {
        let mut in_large_pages = pages::zeros(Shape::of(&value));
        in_large_pages.assign(&value);
        let id = ParamId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        Self { id, name: name.into(), value: Arc::new(in_large_pages) }
    }

    /// The name by which gradients and checkpoints know it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The current value.
    pub fn value(&self) -> &Mat<T> {
        &self.value
    }

    /// The value, to be changed in place.
    ///
    /// # Errors
    /// [`Error::ParamOnTape`] while a tape holds it: reset or drop the tape first.
    pub fn value_mut(&mut self) -> Result<&mut Mat<T>> {
        let name = &self.name;
        Arc::get_mut(&mut self.value).ok_or_else(|| Error::ParamOnTape { name: name.clone() })
    }

    pub(crate) fn id(&self) -> ParamId {
        self.id
    }

    pub(crate) fn shared(&self) -> &Arc<Mat<T>> {
        &self.value
    }
}

/// Something with parameters: a parameter, a layer, an actor, a critic.
///
/// Derived for a struct, it chains the parameters of the fields in their order.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::{Module, Param};
///
/// #[derive(Module)]
/// struct Layer<T> {
///     weights: Param<T>,
///     bias: Param<T>,
/// }
///
/// #[derive(Module)]
/// struct Network<T> {
///     layers: Vec<Layer<T>>,
///     #[module(skip)]
///     inputs: usize,
/// }
///
/// let layer = Layer { weights: Param::new("weights", array![[1.0], [2.0]]), bias: Param::new("bias", array![[0.0]]) };
/// let mut network = Network { layers: vec![layer], inputs: 2 };
/// for param in network.params_mut() {
///     param.value_mut()?.fill(0.5);
/// }
/// let names: Vec<_> = network.params().into_iter().map(Param::name).collect();
/// assert_eq!((names, network.inputs), (vec!["weights", "bias"], 2));
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
///
/// A field that holds no parameters and is not marked does not compile:
///
/// ```compile_fail,E0277
/// use ract_autodiff::{Module, Param};
///
/// #[derive(Module)]
/// struct Embedding<T> {
///     vectors: Param<T>,
///     width: usize,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parameters",
    note = "where #[derive(Module)] meets a field without parameters, mark the field #[module(skip)]"
)]
pub trait Module<T> {
    /// All parameters, in a fixed order.
    fn params(&self) -> Vec<&Param<T>>;

    /// The same, to be changed.
    fn params_mut(&mut self) -> Vec<&mut Param<T>>;
}

impl<T> Module<T> for Param<T> {
    fn params(&self) -> Vec<&Param<T>> {
        vec![self]
    }

    fn params_mut(&mut self) -> Vec<&mut Param<T>> {
        vec![self]
    }
}

impl<T, M: Module<T>> Module<T> for Vec<M> {
    fn params(&self) -> Vec<&Param<T>> {
        self.iter().flat_map(Module::params).collect()
    }

    fn params_mut(&mut self) -> Vec<&mut Param<T>> {
        self.iter_mut().flat_map(Module::params_mut).collect()
    }
}

impl<T, M: Module<T>, const N: usize> Module<T> for [M; N] {
    fn params(&self) -> Vec<&Param<T>> {
        self.iter().flat_map(Module::params).collect()
    }

    fn params_mut(&mut self) -> Vec<&mut Param<T>> {
        self.iter_mut().flat_map(Module::params_mut).collect()
    }
}
