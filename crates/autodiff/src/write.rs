//! How contributions enter a gradient.

use crate::Scalar;
use crate::kernels::slices;

/// How a contribution enters a gradient: the first one is stored, later ones are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The first contribution: what the gradient's memory holds is arbitrary and must not be read.
    Store,
    /// A later one.
    Add,
}

impl Write {
    /// Stores `new` in `d`, or adds it.
    #[inline(always)]
    pub fn put<T: Scalar>(self, d: &mut T, new: T) {
        *d = match self {
            Self::Store => new,
            Self::Add => *d + new,
        };
    }

    /// Stores or adds `f(x)` along two slices.
    pub(crate) fn map<T: Scalar>(self, d: &mut [T], x: &[T], f: impl Fn(T) -> T) {
        match self {
            Self::Store => slices::map(d, x, |d, x| *d = f(x)),
            Self::Add => slices::map(d, x, |d, x| *d += f(x)),
        }
    }
}
