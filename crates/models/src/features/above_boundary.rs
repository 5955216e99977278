//! A smooth share of hits: how far the user's unseen items are above the score at the last rank that the metric looks at.

use super::{FeatureEntry, FeatureInput, Width};
use crate::boundary::mean_weights;
use ndarray::Axis;
use ract_autodiff::Var;

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "above-boundary",
    about: "the mean of sigmoid(score - boundary) over the user's unseen items: a smooth share of hits",
    has_gradient: true,
    width: Width::One,
    of,
};

/// The weights of SL@K (Yang et al., KDD 2025) with the temperature 1; the boundary is a constant.
fn of<'t>(input: &FeatureInput<'_, 't>) -> Var<'t, f32> {
    let above = (input.scored.output.scores() - input.at_boundary(|_, boundary| boundary.score)).sigmoid();
    (above * input.tape.constant(mean_weights(input.unseen))).sum_axis(Axis(1))
}
