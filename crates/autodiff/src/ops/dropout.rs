//! Dropout with a given mask.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = x m / keep`, elementwise, for a constant mask `m` of zeros and ones; `dx = dy m / keep`.
struct Dropout<T> {
    mask: Mat<T>,
    keep: T,
}

impl<T: Scalar> Op<T> for Dropout<T> {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (x, mask) = (inputs[0], Shape::of(&self.mask));
        if x == mask { Ok(x) } else { Err(format!("x is {x}, the mask {mask}")) }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], &self.mask, |y, x, m| *y = x * m / self.keep);
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip(dy, &self.mask, |dy, m| dy * m / self.keep);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Drops the elements where the constant `mask` (of this shape) is 0 and divides those where it is 1 by `keep`, the
    /// probability that they are kept. The shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[1.0, 2.0]]);
    /// let y = x.dropout(array![[0.0, 1.0]], 0.25);
    /// assert_eq!(y.value()?, &array![[0.0, 8.0]]);
    /// assert_eq!(y.sum().backward([x])?.get(x), Some(&array![[0.0, 4.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn dropout(self, mask: Mat<T>, keep: T) -> Self {
        self.tape().apply(Dropout { mask, keep }, &[self])
    }
}
