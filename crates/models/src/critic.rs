//! The critic: a small network that predicts a user's ranking metric from a few features of the actor's output.

use crate::init::xavier;
use crate::linear::Linear;
use crate::statistics::RunningStatistics;
use ract_autodiff::{Mat, Module, Scalar, Var};
use rand::Rng;

/// The range of the metric that is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CriticOutput {
    /// Between 0 and 1, such as NDCG: the output goes through a sigmoid.
    Bounded,
    /// Positive without a bound, such as DCG: softplus.
    Unbounded,
}

/// Standardised features - hidden layers with ReLU - one output (Lobel et al., ICLR 2020, section 3.2).
#[derive(Debug, Module)]
pub struct Critic<T> {
    layers: Vec<Linear<T>>,
    #[module(skip)]
    output: CriticOutput,
    /// The statistics with which the features are standardised.
    #[module(skip)]
    pub statistics: RunningStatistics,
}

impl<T: Scalar> Critic<T> {
    /// A critic of `features` features (3 in the paper) and hidden layers of the given widths (100, 100, 10 in the
    /// paper). The initial weights are Xavier-uniform, the biases zero.
    pub fn new(features: usize, hidden: &[usize], output: CriticOutput, rng: &mut impl Rng) -> Self {
        let widths: Vec<_> = [features].iter().chain(hidden).chain(&[1]).copied().collect();
        let layers = (1..widths.len()).map(|layer| {
            let (inputs, outputs) = (widths[layer - 1], widths[layer]);
            let names = [format!("w{layer}"), format!("b{layer}")];
            Linear::new([&names[0], &names[1]], xavier(inputs, outputs, rng), Mat::zeros((1, outputs)))
        });
        Self { layers: layers.collect(), output, statistics: RunningStatistics::new(features) }
    }

    /// The predicted metric of each user, B x 1, from raw features, B x F. In the paper the features are the number of
    /// items that the actor saw, the number of items that it did not see, and the actor's own loss. Of these, only the
    /// loss passes a gradient.
    pub fn predict<'t>(&self, features: Var<'t, T>) -> Var<'t, T> {
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
