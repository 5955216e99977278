//! The critic: a small network that predicts a user's ranking metric from three features of the actor's output.

use crate::init::xavier;
use crate::linear::Linear;
use crate::statistics::RunningStatistics;
use ract_autodiff::{Mat, Module, Param, Scalar, Tape, Var};
use rand::Rng;

/// Number of features: items seen, items unseen, the actor's loss.
const FEATURES: usize = 3;

/// The range of the metric that is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CriticOutput {
    /// Between 0 and 1, such as NDCG: the output goes through a sigmoid.
    Bounded,
    /// Positive without a bound, such as DCG: softplus.
    Unbounded,
}

/// Standardised features - hidden layers with ReLU - one output (Lobel et al., ICLR 2020, section 3.2).
#[derive(Debug)]
pub struct Critic<T> {
    layers: Vec<Linear<T>>,
    output: CriticOutput,
    /// By which the features are standardised.
    pub statistics: RunningStatistics,
}

impl<T: Scalar> Critic<T> {
    /// With hidden layers of the given widths (100, 100, 10 in the paper). First weights are Xavier-uniform, biases zero.
    pub fn new(hidden: &[usize], output: CriticOutput, rng: &mut impl Rng) -> Self {
        let widths: Vec<_> = [FEATURES].iter().chain(hidden).chain(&[1]).copied().collect();
        let layers = (1..widths.len()).map(|layer| {
            let (inputs, outputs) = (widths[layer - 1], widths[layer]);
            let names = [format!("w{layer}"), format!("b{layer}")];
            Linear::new([&names[0], &names[1]], xavier(inputs, outputs, rng), Mat::zeros((1, outputs)))
        });
        Self { layers: layers.collect(), output, statistics: RunningStatistics::new(FEATURES) }
    }

    /// The predicted metric of each user, B x 1. `seen` and `unseen` (B x 1) count the user's items that the actor saw
    /// and those it did not; they are constants. `loss` (B x 1) is the actor's own, the one way for a gradient to pass.
    pub fn predict<'t>(&self, tape: &'t Tape<T>, seen: Mat<T>, unseen: Mat<T>, loss: Var<'t, T>) -> Var<'t, T> {
        let seen = tape.constant(seen).named("seen");
        let unseen = tape.constant(unseen).named("unseen");
        self.judge(tape.concat(&[seen, unseen, loss]).named("features"))
    }

    /// The predicted metric for raw features, B x 3: seen, unseen, loss.
    pub fn judge<'t>(&self, features: Var<'t, T>) -> Var<'t, T> {
        let column = |values: Vec<f64>| values.into_iter().map(T::of).collect();
        let mut x = features.standardize(column(self.statistics.mean()), column(self.statistics.deviation()));
        let last = self.layers.len() - 1;
        for layer in &self.layers[..last] {
            x = layer.apply(x).relu();
        }
        let output = self.layers[last].apply(x);
        match self.output {
            CriticOutput::Bounded => output.sigmoid(),
            CriticOutput::Unbounded => output.softplus(),
        }
        .named("predicted")
    }

    /// The critic's own loss, 1 x 1: mean squared error of `predicted` against the users' `metric` (both B x 1), plus
    /// `l2 / B` times the sum of squares of its parameters.
    pub fn loss<'t>(&self, predicted: Var<'t, T>, metric: Mat<T>, l2: f64) -> Var<'t, T> {
        let tape = predicted.tape();
        let weight = T::of(l2 / metric.nrows().max(1) as f64);
        let error = predicted.squared_error(metric).mean();
        self.params().into_iter().fold(error, |sum, p| sum + tape.param(p).sum_squares().scale(weight))
    }
}

impl<T> Module<T> for Critic<T> {
    fn params(&self) -> Vec<&Param<T>> {
        self.layers.iter().flat_map(Module::params).collect()
    }

    fn params_mut(&mut self) -> Vec<&mut Param<T>> {
        self.layers.iter_mut().flat_map(Module::params_mut).collect()
    }
}
