//! All items.

use super::{FeatureEntry, Width};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "items",
    about: "all items, 1 where the user has the item",
    has_gradient: false,
    width: Width::Items,
    of: |input| input.tape.constant(input.items.to_dense()),
};
