//! Multiplication by a constant number.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slots, Var};

/// `y = c x`; `dx = c dy`.
struct Scale<T>(T);

impl<T: Scalar> Op<T> for Scale<T> {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = self.0 * x);
    }

    fn backward(&self, _x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_map(dy, |dy| self.0 * dy);
        }
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Every element times the constant `factor`; the shape stays.
    #[must_use]
    pub fn scale(self, factor: T) -> Self {
        self.tape().apply(Scale(factor), &[self])
    }
}

impl<T: Scalar> std::ops::Neg for Var<'_, T> {
    type Output = Self;

    /// Every element with the other sign.
    fn neg(self) -> Self {
        self.scale(-T::one())
    }
}
