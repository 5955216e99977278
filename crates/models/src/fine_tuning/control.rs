//! The control: the actor's own training continues at the step size of the actor-critic phase.

use super::{ArmEntry, Pace, Regulariser};

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "control",
    key: "control",
    label: "control",
    regulariser: Regulariser::Constant,
    pace: Pace::Slow,
    loss: |input| input.scored.loss,
};
