//! How many of the user's unseen items are within the ranks that the metric looks at.

use super::{FeatureEntry, FeatureInput, Width};
use ract_autodiff::Var;

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "hits",
    about: "the share of the user's unseen items that reach the score at the last rank that the metric looks at",
    has_gradient: false,
    width: Width::One,
    of,
};

fn of<'t>(input: &FeatureInput<'_, 't>) -> Var<'t, f32> {
    let Ok(scores) = input.scored.output.scores().value() else { return input.scored.loss }; // the tape remembers the error
    input.at_boundary(|user, boundary| {
        let unseen = input.unseen.items(user);
        let hits = unseen.iter().filter(|&&item| scores[(user, item as usize)] >= boundary.score).count();
        hits as f32 / unseen.len().max(1) as f32
    })
}
