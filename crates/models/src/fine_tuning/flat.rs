//! The actor's own loss without its regulariser, with the same weight for every user.

use super::{ArmEntry, Pace, Regulariser};

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "flat",
    key: "flat",
    label: "loss alone",
    regulariser: Regulariser::Absent,
    pace: Pace::Slow,
    loss: |input| input.scored.loss,
};
