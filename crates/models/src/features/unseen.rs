//! The number of the user's items that the actor does not see.

use super::{FeatureEntry, Width, counts};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "unseen",
    about: "the number of the user's items that the actor does not see",
    has_gradient: false,
    width: Width::One,
    of: |input| input.tape.constant(counts(input.unseen)),
};
