//! Square root.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = sqrt(x)`, elementwise; `dx = dy / (2 y)`.
struct Sqrt;

impl<T: Scalar> Op<T> for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = x.sqrt());
    }

    fn backward(&self, _x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, y, |dy, y| dy / (y + y));
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Square root of every element; the shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let y = tape.input(array![[0.0, 4.0]]).sqrt();
    /// assert_eq!(y.value()?, &array![[0.0, 2.0]]);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn sqrt(self) -> Self {
        self.tape().apply(Sqrt, &[self])
    }
}
