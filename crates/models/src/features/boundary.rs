//! The score at the last rank that the metric looks at.

use super::{FeatureEntry, Width};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "boundary",
    about: "the score of the unseen item at the last rank that the metric looks at, a constant",
    has_gradient: false,
    width: Width::One,
    of: |input| input.at_boundary(|_, boundary| boundary.score),
};
