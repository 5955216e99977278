//! The LambdaRank loss, at small step sizes.

use super::{ArmEntry, Pace, Regulariser};
use crate::Loss;

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "lambda-rank",
    key: "lambda_rank",
    label: "fine-tuned by LambdaRank",
    regulariser: Regulariser::Absent,
    pace: Pace::Slow,
    loss: |input| Loss::LambdaRank.of(input.scored.output.scores(), input.items),
};
