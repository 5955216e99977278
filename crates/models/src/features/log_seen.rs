//! The logarithm of the number of items that the actor sees.

use super::{FeatureEntry, Width, counts};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "log-seen",
    about: "the logarithm of 1 + the number of items that the actor sees",
    has_gradient: false,
    width: Width::One,
    of: |input| input.tape.constant(counts(input.seen).mapv(f32::ln_1p)),
};
