//! The actor's own loss on items that are not popular.

use super::head::part_of;
use super::{FeatureEntry, Width};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "tail-loss",
    about: "the actor's own loss on the items that are not popular",
    has_gradient: true,
    width: Width::One,
    of: |input| input.loss.nameless(input.scored.output.own, &part_of(input.items, input.is_head, false)),
};
