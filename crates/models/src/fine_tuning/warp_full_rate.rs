//! The listwise WARP loss at the step size of the actor's own training, as in the authors' program.

use super::{ArmEntry, Pace, warp};

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "warp-full-rate",
    key: "warp_full_rate",
    label: "fine-tuned by WARP at full rate",
    pace: Pace::Full,
    ..warp::ENTRY
};
