//! The actor's own loss.

use super::{FeatureEntry, Width};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "loss",
    about: "the actor's own loss on all of the user's items",
    has_gradient: true,
    width: Width::One,
    of: |input| input.scored.loss,
};
