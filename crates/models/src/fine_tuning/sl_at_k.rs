//! SL@K, at small step sizes: K is the depth of the critic's metric.

use super::{ArmEntry, Pace, Regulariser};
use crate::{Loss, SlAtK};

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "sl-at-k",
    key: "sl_at_k",
    label: "fine-tuned by SL@K",
    regulariser: Regulariser::Absent,
    pace: Pace::Slow,
    loss: |input| {
        let settings = SlAtK { k: input.depth, weight_temperature: 1.0, temperature: 1.0 };
        Loss::SlAtK(settings).of(input.scored.output.scores(), input.items)
    },
};
