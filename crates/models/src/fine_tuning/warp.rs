//! The listwise WARP loss.

use super::ArmEntry;
use crate::Loss;

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "warp",
    key: "warp",
    label: "fine-tuned by WARP",
    is_regularised: false,
    loss: |input| Loss::Warp.of(input.scored.scores, input.items),
};
