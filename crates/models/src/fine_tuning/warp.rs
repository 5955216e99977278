//! The listwise WARP loss, at small step sizes.

use super::{ArmEntry, Pace, Regulariser};
use crate::Loss;

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "warp",
    key: "warp",
    label: "fine-tuned by WARP",
    regulariser: Regulariser::Absent,
    pace: Pace::Slow,
    loss: |input| Loss::Warp.of(input.scored.output.scores(), input.items),
};
