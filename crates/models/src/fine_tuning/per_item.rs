//! The actor's own loss without its regulariser. Each user's loss is divided by the number of the user's items.

use super::{ArmEntry, ArmInput, Pace, Regulariser};
use crate::features::counts;
use ract_autodiff::Var;

pub(super) const ENTRY: ArmEntry = ArmEntry {
    name: "per-item",
    key: "per_item",
    label: "loss / n",
    regulariser: Regulariser::Absent,
    pace: Pace::Slow,
    loss,
};

fn loss<'t>(input: &ArmInput<'_, 't>) -> Var<'t, f32> {
    let items = counts(input.seen) + counts(input.unseen);
    input.scored.loss * input.tape.constant(items.mapv(|n| 1.0 / n.max(1.0)))
}
