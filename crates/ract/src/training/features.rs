//! The critic features of a batch.

use super::Trainer;
use ract_autodiff::{Mat, Tape, Var};
use ract_data::Batch;
use ract_models::Scored;
use ract_models::features::{Feature, FeatureInput};
use std::cell::OnceCell;

/// The critic features of a batch of B users.
pub(crate) struct Features<'t> {
    /// Each feature, B x width, in the order of the configuration.
    pub(crate) each: Vec<(Feature, Var<'t, f32>)>,
    /// All features side by side, B x F.
    pub(crate) together: Var<'t, f32>,
}

impl Trainer<'_> {
    /// The critic's features for a batch. Counts and items are constants.
    pub(crate) fn features<'t>(
        &self,
        tape: &'t Tape<f32>,
        batch: &Batch<f32>,
        scored: &Scored<'t, f32>,
    ) -> Features<'t> {
        self.features_of(tape, batch, scored, None, None)
    }

    /// As [`features`](Self::features), of lists that were `shown` to the users instead of the actor's own, and with the actor's scores at
    /// the `start` of its phase.
    pub(crate) fn features_of<'t>(
        &self,
        tape: &'t Tape<f32>,
        batch: &Batch<f32>,
        scored: &Scored<'t, f32>,
        shown: Option<&[Vec<u32>]>,
        start: Option<&Mat<f32>>,
    ) -> Features<'t> {
        let input = FeatureInput {
            tape,
            seen: &batch.seen,
            unseen: &batch.unseen,
            items: &batch.items,
            scored,
            loss: self.actor.loss(),
            is_head: &self.is_head,
            depth: self.target.depth(),
            shown,
            start,
            boundaries: OnceCell::new(),
        };
        let inputs = self.config.critic.inputs.iter();
        let each: Vec<_> = inputs.map(|&feature| (feature, (feature.of)(&input).named(feature.name()))).collect();
        let columns: Vec<_> = each.iter().map(|&(_, column)| column).collect();
        Features { each, together: tape.concat(&columns).named("features") }
    }
}
