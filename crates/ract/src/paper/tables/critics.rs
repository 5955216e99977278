//! Table 5, which the paper does not have: critics that see other features, or predict other metrics, and what they give
//! the actor.

use super::{Drawn, TableEntry, TableInput};
use crate::Result;
use crate::config::{Gain, Phase, Role};
use crate::paper::gains::{self, BOOTSTRAP};
use crate::paper::published::published;
use crate::run::{OverSeeds, Run};
use crate::tabular::{Cell, Column};

pub(super) const ENTRY: TableEntry =
    TableEntry { number: 5, about: "critics with other features or targets, and what the actor gains by them", draw };

/// The data set of the published results.
const PUBLISHED: &str = "ml-20m";
/// The loss of the critic, in histories.
const CRITIC_LOSS: &str = "critic_loss";

/// One row per critic: its loss at the end of its own phase, the mean over the seeds, and what its actor gains in the
/// test.
fn draw(input: &TableInput<'_>) -> Result<Drawn> {
    let mut rows = Vec::new();
    for shown in input.shown {
        let runs: Vec<&Run> = input.results.runs.iter().filter(|run| run.name == shown.experiment).collect();
        let role = shown.role.unwrap_or(Role::Ract);
        let gain = Gain::new(role, Role::Actor);
        let over = OverSeeds::of_runs(&runs)?;
        if let Some(found) = over.gain(gain, input.metric) {
            // The other recommenders have no critic.
            let loss = if role == Role::Ract { critic_loss(&runs) } else { Cell::empty() };
            let names = vec![shown.label.clone().into(), Cell::number(runs.len()), loss];
            rows.push(gains::Row { names, gain: found, comparison: over.compare(gain, input.metric) });
        }
    }
    let title = format!("gain over the actor, test {}", input.metric.title());
    let first = [Column::keyed(title, "name"), "seeds".into(), "critic's loss".into()];
    let mut table = gains::table(&first, &rows, &[BOOTSTRAP]);
    let caption = "critic's loss: in the last epoch of the critic's own phase, mean over the seeds.";
    let by_target: Vec<_> =
        published(PUBLISHED)?.targets.iter().map(|of| format!("{} {}", of.metric.title(), of.best)).collect();
    let elsewhere = format!("Published, ML-20M, best validation NDCG@100 by target: {}.", by_target.join(", "));
    table.caption += &format!(" {caption}\n\n{elsewhere}");
    Ok(Drawn(vec![table]))
}

fn critic_loss(runs: &[&Run]) -> Cell {
    let last = |run: &&Run| {
        let of_critic = run.history.iter().rfind(|record| record.phase == Phase::Critic)?;
        of_critic.losses.get(CRITIC_LOSS).copied()
    };
    let losses: Vec<f64> = runs.iter().filter_map(last).collect();
    let mean = losses.iter().sum::<f64>() / losses.len() as f64;
    if losses.is_empty() { Cell::empty() } else { Cell::of(format!("{mean:.4}"), mean) }
}
