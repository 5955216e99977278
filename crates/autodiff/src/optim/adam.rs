//! Adam (Kingma and Ba, ICLR 2015, algorithm 1).

use crate::gradient::Gradient;
use crate::kernels::adam::{self, Coefficients, State};
use crate::kernels::pages;
use crate::shape::row_major;
use crate::{Error, Grads, Mat, Param, Result, Scalar, Shape};

/// Adam with bias-corrected moments: `p -= lr * m_hat / (sqrt(v_hat) + epsilon)`.
///
/// Each parameter has its own step count, which goes on only when the parameter has a gradient. Parts of a network that
/// train in turn therefore train as if each had an optimiser of its own.
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
    /// Whether epsilon is added before or after the root is corrected.
    pub epsilon_place: EpsilonPlace,
    moments: Vec<Moments<T>>,
}

/// Where Adam adds epsilon. The difference matters only in the first steps, when the correction is large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EpsilonPlace {
    /// To the corrected root: `sqrt(v_hat) + epsilon`, as in algorithm 1 of the paper and in PyTorch.
    #[default]
    AfterCorrection,
    /// To the root of the second moment, before it is corrected: the paper's "epsilon hat" (end of section 2), and
    /// TensorFlow.
    BeforeCorrection,
}

/// The running moments of one parameter's gradient.
#[derive(Debug)]
pub struct Moments<T> {
    name: String,
    /// Number of steps in which the parameter had a gradient.
    pub steps: u64,
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
    /// Fresh moments for `params`; beta1 0.9, beta2 0.999, epsilon 1e-8 after the correction.
    pub fn new(learning_rate: f64, params: &[&Param<T>]) -> Self {
        let moments = params
            .iter()
            .map(|p| Moments {
                name: p.name().to_owned(),
                steps: 0,
                first: pages::zeros(Shape::of(p.value())),
                second: pages::zeros(Shape::of(p.value())),
            })
            .collect();
        Self { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilon_place: EpsilonPlace::default(), moments }
    }

    /// One step down `grads`. A parameter that has no gradient stays as it is.
    ///
    /// # Errors
    /// When `params` are not those that the optimiser was made for, or one of them is still on a tape; when a gradient or its
    /// square is not finite: the parameters are spoilt then.
    pub fn step(&mut self, params: Vec<&mut Param<T>>, grads: &Grads<T>) -> Result<()> {
        self.check(&params)?;
        for (place, param) in params.into_iter().enumerate() {
            let Some(grad) = grads.of_param(param) else { continue };
            self.moments[place].steps += 1;
            let by = self.coefficients(self.moments[place].steps);
            let Moments { first, second, .. } = &mut self.moments[place];
            let value = param.value_mut()?;
            for matrix in [&mut *value, &mut *first, &mut *second] {
                *matrix = row_major(std::mem::take(matrix)); // a caller may have put in others
            }
            let state = State { value, first, second };
            let is_finite = match grad {
                Gradient::Dense(grad) => adam::step(state, grad, by),
                Gradient::Rows(grad) => adam::step_rows(state, grad, by),
            };
            if !is_finite {
                return Err(Error::GradientNotFinite { name: param.name().to_owned() });
            }
        }
        Ok(())
    }

    /// The constants of a parameter's step number `step`, counted from 1.
    fn coefficients(&self, step: u64) -> Coefficients<T> {
        let t = i32::try_from(step).unwrap_or(i32::MAX);
        let rate = self.learning_rate / (1.0 - self.beta1.powi(t));
        let correction = (1.0 - self.beta2.powi(t)).sqrt();
        let (rate, unbias) = match self.epsilon_place {
            EpsilonPlace::AfterCorrection => (rate, 1.0 / correction),
            EpsilonPlace::BeforeCorrection => (rate * correction, 1.0),
        };
        Coefficients {
            first: [self.beta1, 1.0 - self.beta1].map(T::of),
            second: [self.beta2, 1.0 - self.beta2].map(T::of),
            rate: T::of(rate),
            unbias: T::of(unbias),
            epsilon: T::of(self.epsilon),
        }
    }

    /// The moments of all parameters, in their order.
    pub fn moments(&self) -> &[Moments<T>] {
        &self.moments
    }

    /// The same, to be filled in by a run that goes on where another stopped.
    pub fn moments_mut(&mut self) -> &mut [Moments<T>] {
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
        let Moments { name, steps, first, second } = &adam.moments()[0];
        assert!((first - array![[0.1 * 6.0, 0.1 * -4.0]]).iter().all(|d| d.abs() < 1e-12));
        assert!((second - array![[0.001 * 36.0, 0.001 * 16.0]]).iter().all(|d| d.abs() < 1e-12));
        assert_eq!((name.as_str(), *steps), ("w", 1));
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
                for (to, from) in fresh.moments_mut().iter_mut().zip(stopped.moments()) {
                    to.steps = from.steps;
                    to.first.assign(&from.first);
                    to.second.assign(&from.second);
                }
                *stopped = fresh;
            }
        }
        assert_eq!(w[0].value(), w[1].value());
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn a_gradient_whose_square_is_not_finite_is_an_error_wherever_it_stands() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
            for place in [0, 4095, 4096, 9999] {
                let mut w = Param::new("w", Mat::zeros((1, 10_000)));
                let mut adam = Adam::new(0.5, &[&w]);
                let mut factors = Mat::ones((1, 10_000));
                factors[(0, place)] = value;
                let tape = Tape::new();
                let grads = (tape.param(&w) * tape.constant(factors)).sum().backward([&w]).unwrap();
                drop(tape);
                let error = adam.step(vec![&mut w], &grads).unwrap_err();
                assert_eq!(error, Error::GradientNotFinite { name: "w".to_owned() });
            }
        }
    }

    #[test]
    fn parameters_that_train_in_turn_train_as_with_an_optimiser_each() {
        let new = || [("a", array![[3.0_f64]]), ("b", array![[-2.0]])].map(|(name, value)| Param::new(name, value));
        let (mut together, mut apart) = (new(), new());
        let mut one = Adam::new(0.5, &together.each_ref());
        let mut each = [Adam::new(0.5, &[&apart[0]]), Adam::new(0.5, &[&apart[1]])];
        for turn in [0, 0, 0, 1, 0, 1] {
            let of = |param: &Param<f64>| Tape::new().param(param).sum_squares().backward([param]).unwrap();
            let grads = of(&together[turn]);
            one.step(together.each_mut().into(), &grads).unwrap();
            let grads = of(&apart[turn]);
            each[turn].step(vec![&mut apart[turn]], &grads).unwrap();
        }
        for (together, apart) in together.iter().zip(&apart) {
            assert_eq!(together.value(), apart.value());
        }
    }

    #[test]
    fn epsilon_is_added_after_or_before_the_correction() {
        // One step from moments of 0: m_hat is the gradient and v_hat its square.
        let step = |epsilon_place| {
            let mut w = Param::new("w", array![[1.0_f64]]);
            let mut adam = Adam { epsilon: 0.5, epsilon_place, ..Adam::new(0.1, &[&w]) };
            let grads = Tape::new().param(&w).sum_squares().backward([&w]).unwrap();
            adam.step(vec![&mut w], &grads).unwrap();
            1.0 - w.value()[(0, 0)]
        };
        let gradient = 2.0_f64;
        let root = (0.001 * gradient * gradient).sqrt();
        let before = 0.1 * (0.001_f64.sqrt() / 0.1) * (0.1 * gradient) / (root + 0.5);
        assert!((step(EpsilonPlace::AfterCorrection) - 0.1 * gradient / (gradient + 0.5)).abs() < 1e-12);
        assert!((step(EpsilonPlace::BeforeCorrection) - before).abs() < 1e-12);
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
