//! The LambdaRank loss.

use super::{FeatureEntry, Width};
use crate::Loss;

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "lambda-rank",
    about: "the LambdaRank loss of the scores, which follows the ranking more closely than the actor's own loss",
    has_gradient: true,
    width: Width::One,
    of: |input| Loss::LambdaRank.nameless(input.scored.output.scores(), input.items),
};
