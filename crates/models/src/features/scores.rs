//! All scores.

use super::{FeatureEntry, Width};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "scores",
    about: "the scores of all items: the paper found that a critic does not learn from them",
    has_gradient: true,
    width: Width::Items,
    of: |input| input.scored.output.scores(),
};
