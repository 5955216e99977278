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
/// # use ract_autodiff::Param;
/// # use ndarray::array;
/// let mut weights = Param::new("weights", array![[1.0_f64, 2.0]]);
/// weights.value_mut()?.fill(0.5);
/// assert_eq!(weights.value(), &array![[0.5, 0.5]]);
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
    ///
    /// ```
    /// # use ract_autodiff::Param;
    /// # use ndarray::array;
    /// let weights = Param::new("weights", array![[1.0_f32, 2.0]]);
    /// assert_eq!(weights.value().dim(), (1, 2));
    /// ```
    pub fn new(name: impl Into<String>, value: Mat<T>) -> Self {
        let mut in_large_pages = pages::zeros(Shape::of(&value));
        in_large_pages.assign(&value);
        let id = ParamId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        Self { id, name: name.into(), value: Arc::new(in_large_pages) }
    }

    /// The name by which gradients and checkpoints know it.
    ///
    /// ```
    /// # use ract_autodiff::Param;
    /// # use ndarray::array;
    /// assert_eq!(Param::new("weights", array![[1.0_f64]]).name(), "weights");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The current value.
    ///
    /// ```
    /// # use ract_autodiff::Param;
    /// # use ndarray::array;
    /// let weights = Param::new("weights", array![[1.0_f64, 2.0]]);
    /// assert_eq!(weights.value(), &array![[1.0, 2.0]]);
    /// ```
    pub fn value(&self) -> &Mat<T> {
        &self.value
    }

    /// The value, to be changed in place.
    ///
    /// ```
    /// # use ract_autodiff::{Param, Tape};
    /// # use ndarray::array;
    /// let mut weights = Param::new("weights", array![[1.0_f64, 2.0]]);
    /// weights.value_mut()?[(0, 1)] = 5.0;
    /// assert_eq!(weights.value(), &array![[1.0, 5.0]]);
    /// let tape = Tape::new();
    /// tape.param(&weights);
    /// assert!(weights.value_mut().is_err());
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
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

/// Something with parameters: a layer, an actor, a critic.
///
/// ```
/// # use ract_autodiff::{Module, Param};
/// # use ndarray::array;
/// struct Layer {
///     weights: Param<f64>,
///     bias: Param<f64>,
/// }
///
/// impl Module<f64> for Layer {
///     fn params(&self) -> Vec<&Param<f64>> {
///         vec![&self.weights, &self.bias]
///     }
///
///     fn params_mut(&mut self) -> Vec<&mut Param<f64>> {
///         vec![&mut self.weights, &mut self.bias]
///     }
/// }
/// # let (weights, bias) = (Param::new("weights", array![[1.0]]), Param::new("bias", array![[0.0]]));
/// # let layer = Layer { weights, bias };
/// # assert_eq!(layer.params().len(), 2);
/// ```
pub trait Module<T> {
    /// All parameters, in a fixed order.
    ///
    /// ```
    /// # use ract_autodiff::{Module, Param};
    /// # use ndarray::array;
    /// # struct Layer { weights: Param<f64>, bias: Param<f64> }
    /// # impl Module<f64> for Layer {
    /// #     fn params(&self) -> Vec<&Param<f64>> { vec![&self.weights, &self.bias] }
    /// #     fn params_mut(&mut self) -> Vec<&mut Param<f64>> { vec![&mut self.weights, &mut self.bias] }
    /// # }
    /// # let (weights, bias) = (Param::new("weights", array![[1.0]]), Param::new("bias", array![[0.0]]));
    /// let layer = Layer { weights, bias };
    /// let names: Vec<_> = layer.params().iter().map(|param| param.name()).collect();
    /// assert_eq!(names, ["weights", "bias"]);
    /// ```
    fn params(&self) -> Vec<&Param<T>>;

    /// The same, to be changed.
    ///
    /// ```
    /// # use ract_autodiff::{Module, Param};
    /// # use ndarray::array;
    /// # struct Layer { weights: Param<f64>, bias: Param<f64> }
    /// # impl Module<f64> for Layer {
    /// #     fn params(&self) -> Vec<&Param<f64>> { vec![&self.weights, &self.bias] }
    /// #     fn params_mut(&mut self) -> Vec<&mut Param<f64>> { vec![&mut self.weights, &mut self.bias] }
    /// # }
    /// # let (weights, bias) = (Param::new("weights", array![[1.0]]), Param::new("bias", array![[0.0]]));
    /// let mut layer = Layer { weights, bias };
    /// for param in layer.params_mut() {
    ///     param.value_mut()?.fill(2.0);
    /// }
    /// assert_eq!(layer.bias.value(), &array![[2.0]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    fn params_mut(&mut self) -> Vec<&mut Param<T>>;
}
