//! The actor's own training goes on as it was, at its full step size and with its regulariser annealed anew. This is the
//! authors' nearest to a control (`main_phase_four` of their program).

use super::{ArmEntry, Pace, Regulariser};

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "actor-full-rate",
    key: "actor_full_rate",
    label: "phase 1 again at full rate",
    regulariser: Regulariser::AnnealedAnew,
    pace: Pace::Full,
    loss: |input| input.scored.loss,
};
