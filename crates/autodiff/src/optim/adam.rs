//! Adam (Kingma and Ba, ICLR 2015, algorithm 1).

use crate::gradient::Gradient;
use crate::kernels::adam::{self, Coefficients, State};
use crate::kernels::pages;
use crate::shape::row_major;
use crate::{Error, Grads, Mat, Param, Result, Scalar, Shape};

/// Adam with bias-corrected moments: `p -= lr * m_hat / (sqrt(v_hat) + epsilon)`.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::optim::Adam;
/// use ract_autodiff::{Param, Tape};
///
/// let mut weights = Param::new("weights", array![[3.0_f64, -2.0]]);
/// let mut adam = Adam::new(0.1, &[&weights]);
/// let mut tape = Tape::new();
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
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T: Scalar> Adam<T> {
    /// Fresh moments for `params`; beta1 0.9, beta2 0.999, epsilon 1e-8.
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
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The moments of all parameters, in their order.
    pub fn moments(&self) -> &[Moments<T>] {
        &self.moments
    }

    /// For a resumed run: the steps taken so far, and the moments to be filled in.
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
    fn the_first_step_is_the_learning_rate_against_the_sign_of_the_gradient() {
        let mut w = Param::new("w", array![[3.0_f64, -2.0]]);
        let mut adam = Adam::new(0.5, &[&w]);
        let grads = Tape::new().param(&w).sum_squares().backward([&w]).unwrap();
        adam.step(vec![&mut w], &grads).unwrap();
        assert!((w.value() - array![[2.5, -1.5]]).iter().all(|d| d.abs() < 1e-6));
        // The gradient is (6, -4).
        let Moments { name, first, second } = &adam.moments()[0];
        assert!((first - array![[0.1 * 6.0, 0.1 * -4.0]]).iter().all(|d| d.abs() < 1e-12));
        assert!((second - array![[0.001 * 36.0, 0.001 * 16.0]]).iter().all(|d| d.abs() < 1e-12));
        assert_eq!((name.as_str(), adam.steps()), ("w", 1));
    }

    #[test]
    fn a_restored_optimiser_goes_on_as_if_it_had_never_stopped() {
        let mut w = [(); 2].map(|()| Param::new("w", array![[3.0_f64, -2.0]]));
        let mut adams = [0, 1].map(|i| Adam::new(0.5, &[&w[i]]));
        for step in 0..4 {
            let [going_on, stopped] = &mut adams;
            for (w, adam) in w.iter_mut().zip([&mut *going_on, stopped]) {
                let grads = Tape::new().param(w).sum_squares().backward([&*w]).unwrap();
                adam.step(vec![w], &grads).unwrap();
            }
            if step == 1 {
                let mut fresh = Adam::new(0.5, &[&w[1]]);
                for (to, from) in fresh.restore(stopped.steps()).iter_mut().zip(stopped.moments()) {
                    to.first.assign(&from.first);
                    to.second.assign(&from.second);
                }
                *stopped = fresh;
            }
        }
        assert_eq!(w[0].value(), w[1].value());
    }

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
