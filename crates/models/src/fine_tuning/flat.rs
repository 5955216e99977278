//! The actor's own loss without its regulariser, with the same weight for every user.

use super::ArmEntry;

pub(super) const ENTRY: ArmEntry =
    ArmEntry { name: "flat", key: "flat", label: "loss alone", is_regularised: false, loss: |input| input.scored.loss };
