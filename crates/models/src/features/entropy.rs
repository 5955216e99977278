//! The entropy of the predicted distribution over items.

use super::{FeatureEntry, FeatureInput, Width};
use ndarray::Axis;
use ract_autodiff::Var;

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "entropy",
    about: "the entropy of the softmax of the scores",
    has_gradient: true,
    width: Width::One,
    of,
};

fn of<'t>(input: &FeatureInput<'_, 't>) -> Var<'t, f32> {
    let log_shares = input.scored.output.scores().log_softmax();
    -(log_shares.exp() * log_shares).sum_axis(Axis(1))
}
