//! How far the user's unseen items are below the log-sum-exp of all scores.

use super::{FeatureEntry, FeatureInput, Width};
use crate::boundary::mean_weights;
use ndarray::Axis;
use ract_autodiff::Var;

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "margin",
    about: "the mean of log softmax(scores) over the user's unseen items",
    has_gradient: true,
    width: Width::One,
    of,
};

fn of<'t>(input: &FeatureInput<'_, 't>) -> Var<'t, f32> {
    (input.scored.output.scores().log_softmax() * input.tape.constant(mean_weights(input.unseen))).sum_axis(Axis(1))
}
