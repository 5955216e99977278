//! Adam (Kingma and Ba, ICLR 2015, algorithm 1).

use crate::gradient::Gradient;
use crate::kernels::adam::{self, Coefficients, State};
use crate::kernels::pages;
use crate::tape::row_major;
use crate::{Error, Grads, Mat, Param, Result, Scalar, Shape};

/// Adam with bias-corrected moments: `p -= lr * m_hat / (sqrt(v_hat) + epsilon)`.
///
/// ```
/// # use ract_autodiff::optim::Adam;
/// # use ract_autodiff::{Param, Tape};
/// # use ndarray::array;
/// # let mut weights = Param::new("weights", array![[3.0_f64, -2.0]]);
/// # let mut tape = Tape::new();
/// let mut adam = Adam::new(0.1, &[&weights]);
/// for _ in 0..200 {
///     let grads = tape.param(&weights).sum_squares().backward([&weights])?;
///     tape.reset();
///     adam.step(vec![&mut weights], &grads)?;
/// }
/// assert!(weights.value().iter().all(|w| w.abs() < 0.1));
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
#[derive(Debug)]
pub struct Adam<T> {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    steps: u64,
    moments: Vec<Moments<T>>,
}

/// The running moments of one parameter's gradient.
///
/// ```
/// # use ract_autodiff::optim::Adam;
/// # use ract_autodiff::Param;
/// # use ndarray::array;
/// let weights = Param::new("weights", array![[3.0_f64, -2.0]]);
/// let adam = Adam::new(0.1, &[&weights]);
/// let moments = &adam.moments()[0];
/// assert_eq!(moments.name(), "weights");
/// assert_eq!((moments.first.dim(), moments.second.dim()), ((1, 2), (1, 2)));
/// ```
#[derive(Debug)]
pub struct Moments<T> {
    name: String,
    /// Running mean of the gradient, of the parameter's shape.
    pub first: Mat<T>,
    /// Running mean of its square, of the parameter's shape.
    pub second: Mat<T>,
}

impl<T> Moments<T> {
    /// The parameter's name.
    ///
    /// ```
    /// # use ract_autodiff::optim::Adam;
    /// # use ract_autodiff::Param;
    /// # use ndarray::array;
    /// let adam = Adam::new(0.1, &[&Param::new("weights", array![[3.0_f64]])]);
    /// assert_eq!(adam.moments()[0].name(), "weights");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T: Scalar> Adam<T> {
    /// Fresh moments for `params`; beta1 0.9, beta2 0.999, epsilon 1e-8.
    ///
    /// ```
    /// # use ract_autodiff::optim::Adam;
    /// # use ract_autodiff::Param;
    /// # use ndarray::array;
    /// let weights = Param::new("weights", array![[3.0_f64, -2.0]]);
    /// let adam = Adam::new(1e-3, &[&weights]);
    /// assert_eq!((adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon), (1e-3, 0.9, 0.999, 1e-8));
    /// assert_eq!(adam.moments()[0].first, array![[0.0, 0.0]]);
    /// ```
    pub fn new(learning_rate: f64, params: &[&Param<T>]) -> Self {
        let moments = params
            .iter()
            .map(|p| Moments {
                name: p.name().to_owned(),
                first: pages::zeros(Shape::of(p.value())),
                second: pages::zeros(Shape::of(p.value())),
            })
            .collect();
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 0, moments }
    }

    /// One step down `grads`. A parameter that has no gradient stays as it is.
    ///
    /// ```
    /// # use ract_autodiff::optim::Adam;
    /// # use ract_autodiff::{Param, Tape};
    /// # use ndarray::array;
    /// # let mut weights = Param::new("weights", array![[3.0_f64, -2.0]]);
    /// # let mut adam = Adam::new(0.5, &[&weights]);
    /// # let tape = Tape::new();
    /// let grads = tape.param(&weights).sum_squares().backward([&weights])?;
    /// drop(tape);
    /// adam.step(vec![&mut weights], &grads)?;
    /// // The first step is the learning rate against the gradient's sign.
    /// assert!((weights.value() - array![[2.5, -1.5]]).iter().all(|d| d.abs() < 1e-6));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `params` are not those that the optimiser was made for, or one of them is still on a tape.
    pub fn step(&mut self, params: Vec<&mut Param<T>>, grads: &Grads<T>) -> Result<()> {
        self.check(&params)?;
        self.steps += 1;
        let t = i32::try_from(self.steps).unwrap_or(i32::MAX);
        let by = Coefficients {
            first: [self.beta1, 1.0 - self.beta1].map(T::of),
            second: [self.beta2, 1.0 - self.beta2].map(T::of),
            rate: T::of(self.learning_rate / (1.0 - self.beta1.powi(t))),
            unbias: T::of(1.0 / (1.0 - self.beta2.powi(t)).sqrt()),
            epsilon: T::of(self.epsilon),
        };
        for (param, moments) in params.into_iter().zip(&mut self.moments) {
            let Some(grad) = grads.of_param(param) else { continue };
            let Moments { first, second, .. } = moments;
            let value = param.value_mut()?;
            for matrix in [&mut *value, &mut *first, &mut *second] {
                *matrix = row_major(std::mem::take(matrix)); // a caller may have put in others
            }
            let state = State { value, first, second };
            match grad {
                Gradient::Dense(grad) => adam::step(state, grad, by),
                Gradient::Rows(grad) => adam::step_rows(state, grad, by),
            }
        }
        Ok(())
    }

    /// Steps taken so far.
    ///
    /// ```
    /// # use ract_autodiff::optim::Adam;
    /// # use ract_autodiff::{Param, Tape};
    /// # use ndarray::array;
    /// # let mut weights = Param::new("weights", array![[3.0_f64]]);
    /// # let mut adam = Adam::new(0.5, &[&weights]);
    /// # let tape = Tape::new();
    /// # let grads = tape.param(&weights).sum_squares().backward([&weights])?;
    /// # drop(tape);
    /// assert_eq!(adam.steps(), 0);
    /// adam.step(vec![&mut weights], &grads)?;
    /// assert_eq!(adam.steps(), 1);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The moments of all parameters, in their order.
    ///
    /// ```
    /// # use ract_autodiff::optim::Adam;
    /// # use ract_autodiff::{Param, Tape};
    /// # use ndarray::array;
    /// # let mut weights = Param::new("weights", array![[3.0_f64]]);
    /// # let mut adam = Adam::new(0.5, &[&weights]);
    /// # let tape = Tape::new();
    /// # let grads = tape.param(&weights).sum_squares().backward([&weights])?;
    /// # drop(tape);
    /// // The gradient is 6: the first moment becomes (1 - 0.9) 6, the second (1 - 0.999) 36.
    /// adam.step(vec![&mut weights], &grads)?;
    /// let moments = &adam.moments()[0];
    /// assert!((moments.first[(0, 0)] - 0.6).abs() < 1e-12);
    /// assert!((moments.second[(0, 0)] - 0.036).abs() < 1e-12);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    pub fn moments(&self) -> &[Moments<T>] {
        &self.moments
    }

    /// For a resumed run: the steps taken so far, and the moments to be filled in.
    ///
    /// ```
    /// # use ract_autodiff::optim::Adam;
    /// # use ract_autodiff::Param;
    /// # use ndarray::array;
    /// let mut adam = Adam::new(0.5, &[&Param::new("weights", array![[3.0_f64]])]);
    /// for moments in adam.restore(7) {
    ///     moments.first.fill(0.6);
    ///     moments.second.fill(0.036);
    /// }
    /// assert_eq!((adam.steps(), &adam.moments()[0].first), (7, &array![[0.6]]));
    /// ```
    pub fn restore(&mut self, steps: u64) -> &mut [Moments<T>] {
        self.steps = steps;
        &mut self.moments
    }

    fn check(&self, params: &[&mut Param<T>]) -> Result<()> {
        let describe = |name: &str, value: &Mat<T>| format!("{name} ({})", Shape::of(value));
        let expected: Vec<_> = self.moments.iter().map(|m| describe(&m.name, &m.first)).collect();
        let found: Vec<_> = params.iter().map(|p| describe(p.name(), p.value())).collect();
        let alike = self.moments.iter().all(|m| m.first.dim() == m.second.dim());
        if alike && expected == found {
            return Ok(());
        }
        Err(Error::OtherParams { expected: expected.join(", "), found: found.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;
    use ndarray::array;

    #[test]
    fn a_parameter_may_be_replaced_by_a_matrix_of_any_layout() {
        let trained = |by_columns: bool| {
            let mut w = Param::new("w", Mat::zeros((2, 3)));
            let value = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0_f64]];
            let turned = value.t().as_standard_layout().into_owned().reversed_axes();
            *w.value_mut().unwrap() = if by_columns { turned } else { value };
            let mut adam = Adam::new(0.1, &[&w]);
            let grads = Tape::new().param(&w).softmax().sum_squares().backward([&w]).unwrap();
            adam.step(vec![&mut w], &grads).unwrap();
            w.value().clone()
        };
        assert_eq!(trained(true), trained(false));
    }
}
