//! The LambdaRank loss.

use super::ArmEntry;
use crate::Loss;

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "lambda-rank",
    key: "lambda_rank",
    label: "fine-tuned by LambdaRank",
    is_regularised: false,
    loss: |input| Loss::LambdaRank.of(input.scored.scores, input.items),
};
