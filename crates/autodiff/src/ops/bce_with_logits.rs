//! Binary cross-entropy of logits.

use crate::kernels::elementwise;
use crate::ops::sigmoid::logistic;
use crate::{Mat, Op, Scalar, Shape, Slots, Var};

/// `y = log(1 + exp(x)) - t x`, elementwise, for constant targets `t` from 0 to 1; `dx = dy (1 / (1 + exp(-x)) - t)`.
struct BceWithLogits<T> {
    target: Mat<T>,
}

impl<T: Scalar> Op<T> for BceWithLogits<T> {
    fn name(&self) -> &'static str {
        "bce_with_logits"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (x, target) = (inputs[0], Shape::of(&self.target));
        if x == target { Ok(x) } else { Err(format!("x is {x}, the target {target}")) }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::zip(y, x[0], &self.target, |y, x, t| {
            *y = x.max(T::zero()) + (-x.abs()).exp().ln_1p() - t * x;
        });
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|d, beta| {
            elementwise::zip3(d, dy, x[0], &self.target, |d, dy, x, t| {
                let new = dy * (logistic(x) - t);
                *d = if beta == T::zero() { new } else { *d + new };
            });
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Binary cross-entropy of these logits against the constant `target` of the same shape, element by element and
    /// without overflow. The shape stays.
    ///
    /// ```
    /// # use ract_autodiff::Tape;
    /// # use ndarray::array;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.input(array![[0.0, 0.0]]);
    /// let loss = x.bce_with_logits(array![[1.0, 0.0]]).sum();
    /// assert!((loss.scalar()? - 2.0 * 2.0_f64.ln()).abs() < 1e-12);
    /// assert_eq!(loss.backward([x])?.get(x), Some(&array![[-0.5, 0.5]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn bce_with_logits(self, target: Mat<T>) -> Self {
        self.tape().apply(BceWithLogits { target }, &[self])
    }
}
