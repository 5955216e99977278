//! Functions of one number, applied to every element: each is a name, a value, and the rule of its gradient.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Slot, Slots, Var};

/// `y = f(x)`, elementwise; `backward(slot, x, y, dy)` adds `dx` to the slot.
struct Elementwise<F, B> {
    name: &'static str,
    /// See [`Op::numbers`].
    numbers: Vec<(&'static str, f64)>,
    f: F,
    backward: B,
}

impl<T, F, B> Op<T> for Elementwise<F, B>
where
    T: Scalar,
    F: Fn(T) -> T + Sync,
    B: Fn(Slot<'_, T>, &Mat<T>, &Mat<T>, &Mat<T>),
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn numbers(&self) -> Vec<(&'static str, f64)> {
        self.numbers.clone()
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        elementwise::map(y, x[0], |y, x| *y = (self.f)(x));
    }

    fn backward(&self, x: &[&Mat<T>], y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            (self.backward)(slot, x[0], y, dy);
        }
    }
}

/// Elementwise functions: the shape stays.
impl<T: Scalar> Var<'_, T> {
    /// Exponential of every element.
    #[must_use]
    pub fn exp(self) -> Self {
        self.elementwise_by_y("exp", |x| x.fast_exp(), |dy, y| dy * y)
    }

    /// Natural logarithm of every element.
    #[must_use]
    pub fn ln(self) -> Self {
        self.elementwise_by_x("ln", |x| x.ln_of(), |dy, x| dy / x)
    }

    /// Square root of every element.
    #[must_use]
    pub fn sqrt(self) -> Self {
        self.elementwise_by_y("sqrt", |x| x.sqrt(), |dy, y| dy / (y + y))
    }

    /// Hyperbolic tangent of every element.
    #[must_use]
    pub fn tanh(self) -> Self {
        self.elementwise_by_y("tanh", |x| x.fast_tanh(), |dy, y| dy * (T::one() - y * y))
    }

    /// Logistic function of every element, `1 / (1 + exp(-x))`.
    #[must_use]
    pub fn sigmoid(self) -> Self {
        self.elementwise_by_y("sigmoid", logistic, |dy, y| dy * y * (T::one() - y))
    }

    /// `log(1 + exp(x))` of every element, without overflow: a smooth positive part.
    #[must_use]
    pub fn softplus(self) -> Self {
        self.elementwise_by_x("softplus", softplus, |dy, x| dy * logistic(x))
    }

    /// The positive part of every element. The gradient at exactly 0 is 0.
    #[must_use]
    pub fn relu(self) -> Self {
        self.elementwise_by_x("relu", |x| x.max(T::zero()), |dy, x| if x > T::zero() { dy } else { T::zero() })
    }

    /// Every element times the constant `factor`.
    #[must_use]
    pub fn scale(self, factor: T) -> Self {
        let numbers = vec![("factor", factor.to_f64().unwrap_or(f64::NAN))];
        self.elementwise("scale", numbers, move |x| factor * x, move |dx, _, _, dy| dx.add_map(dy, |dy| factor * dy))
    }

    /// An elementwise function of your own, whose gradient follows from its input: `y = f(x)` with `dx = rule(dy, x)`.
    /// `name` stands in errors and graphs.
    ///
    /// ```
    /// use ract_autodiff::gradcheck::gradcheck;
    ///
    /// gradcheck([(3, 4)], |_, [x]| x.elementwise_by_x("sin", |x| x.sin(), |dy, x| dy * x.cos()))?;
    /// # Ok::<(), ract_autodiff::gradcheck::Mismatch>(())
    /// ```
    #[must_use]
    pub fn elementwise_by_x(
        self,
        name: &'static str,
        f: impl Fn(T) -> T + Sync + 'static,
        rule: impl Fn(T, T) -> T + Sync + 'static,
    ) -> Self {
        self.elementwise(name, Vec::new(), f, move |dx, x, _, dy| dx.add_zip(dy, x, &rule))
    }

    /// The same, when the gradient follows from the output: `dx = rule(dy, y)`.
    #[must_use]
    pub fn elementwise_by_y(
        self,
        name: &'static str,
        f: impl Fn(T) -> T + Sync + 'static,
        rule: impl Fn(T, T) -> T + Sync + 'static,
    ) -> Self {
        self.elementwise(name, Vec::new(), f, move |dx, _, y, dy| dx.add_zip(dy, y, &rule))
    }

    fn elementwise(
        self,
        name: &'static str,
        numbers: Vec<(&'static str, f64)>,
        f: impl Fn(T) -> T + Sync + 'static,
        backward: impl Fn(Slot<'_, T>, &Mat<T>, &Mat<T>, &Mat<T>) + 'static,
    ) -> Self {
        self.tape().apply(Elementwise { name, numbers, f, backward }, &[self])
    }
}

impl<T: Scalar> std::ops::Neg for Var<'_, T> {
    type Output = Self;

    /// Every element with the other sign: [`scale`](Var::scale) by -1.
    fn neg(self) -> Self {
        self.scale(-T::one())
    }
}

/// `1 / (1 + exp(-x))`.
pub(super) fn logistic<T: Scalar>(x: T) -> T {
    T::one() / (T::one() + (-x).fast_exp())
}

/// `log(1 + exp(x))`, without overflow.
pub(super) fn softplus<T: Scalar>(x: T) -> T {
    x.max(T::zero()) + (-x.abs()).fast_exp().fast_ln_1p()
}
