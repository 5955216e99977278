//! How far the best score is above the score at the last rank that the metric looks at.

use super::{FeatureEntry, Width};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "top-gap",
    about: "the best score of the unseen items minus the score at the last rank that the metric looks at, a constant",
    has_gradient: false,
    width: Width::One,
    of: |input| input.at_boundary(|_, boundary| boundary.top - boundary.score),
};
