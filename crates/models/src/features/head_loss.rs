//! The actor's own loss on popular items.

use super::head::part_of;
use super::{FeatureEntry, Width};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "head-loss",
    about: "the actor's own loss on the popular items alone, which make up half of all interactions",
    has_gradient: true,
    width: Width::One,
    of: |input| input.loss.nameless(input.scored.output.own, &part_of(input.items, input.is_head, true)),
};
