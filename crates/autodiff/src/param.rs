//! Named parameters.

use crate::{Error, Mat, Result, Scalar};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells parameters apart, whatever their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParamId(u64);

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// A matrix that training changes. Tapes share its value while they use it; it is never copied.
#[derive(Debug)]
pub struct Param<T> {
    id: ParamId,
    name: String,
    value: Arc<Mat<T>>,
}

impl<T: Scalar> Param<T> {
    /// A parameter with its first value.
    pub fn new(name: impl Into<String>, value: Mat<T>) -> Self {
        let value = if value.is_standard_layout() { value } else { value.as_standard_layout().into_owned() };
        let id = ParamId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        Self { id, name: name.into(), value: Arc::new(value) }
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

/// Something with parameters: a layer, an actor, a critic.
pub trait Module<T> {
    /// All parameters, in a fixed order.
    fn params(&self) -> Vec<&Param<T>>;

    /// The same, to be changed.
    fn params_mut(&mut self) -> Vec<&mut Param<T>>;
}
