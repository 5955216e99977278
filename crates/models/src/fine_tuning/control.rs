//! The control: the actor's own training continues at the step size of the actor-critic phase.

use super::ArmEntry;

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "control",
    key: "control",
    label: "control",
    is_regularised: true,
    loss: |input| input.scored.loss,
};
