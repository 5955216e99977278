//! The LambdaRank loss at the step size of the actor's own training, as in the authors' program.

use super::{ArmEntry, Pace, lambda_rank};

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "lambda-rank-full-rate",
    key: "lambda_rank_full_rate",
    label: "fine-tuned by LambdaRank at full rate",
    pace: Pace::Full,
    ..lambda_rank::ENTRY
};
