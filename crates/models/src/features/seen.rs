//! The number of items that the actor sees.

use super::{FeatureEntry, Width, counts};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "seen",
    about: "the number of items that the actor sees",
    has_gradient: false,
    width: Width::One,
    of: |input| input.tape.constant(counts(input.seen)),
};
