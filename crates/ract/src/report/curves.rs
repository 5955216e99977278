//! The curves of a report: validation metrics and losses by epoch.

use super::parts::{Figure, Rows};
use crate::Result;
use crate::config::{Phase, Role};
use crate::metrics::Metric;
use crate::paper::published;
use crate::plot::{Axis, Content, Mark, Panel, Series};
use crate::run::{EpochRecord, at_kept_rate};
use std::collections::BTreeMap;

/// The values of one quantity in a phase, by epoch.
type Curve = Vec<(f64, f64)>;

/// Losses that are drawn in one figure: its title, and their names in the report of losses.
const TOGETHER: (&str, [&str; 2]) =
    ("what the critic predicts, and the metric that it should predict", ["metric", "predicted"]);

/// One figure per quantity that is recorded for each epoch: for the actor, for the fine-tunings and for the critic.
/// For a phase that tried several step sizes, the curve is that of the kept one. Published curves are dashed.
pub(super) fn figures(history: &[EpochRecord], published: &[published::Curve]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let is_tuning = |phase: &Phase| !matches!(phase, Phase::Actor | Phase::Critic);
    let tunings: Vec<Phase> = Phase::all().filter(is_tuning).collect();
    for (name, phases) in [("Actor", &[Phase::Actor][..]), ("Fine-tuning", &tunings), ("Critic", &[Phase::Critic])] {
        // The curves of all phases, by title. For each title, the phases are in order.
        let mut curves: BTreeMap<String, Vec<(String, Curve)>> = BTreeMap::new();
        for &phase in phases {
            for (title, label, curve) in of_phase(phase, history) {
                curves.entry(title).or_default().push((label, curve));
            }
        }
        let is_validation = |title: &str| title.starts_with("validation");
        let (first, then): (Vec<_>, Vec<_>) = curves.into_iter().partition(|(title, _)| is_validation(title));
        for (title, curves) in first.into_iter().chain(then) {
            let mut series: Vec<Series> =
                curves.into_iter().map(|(label, curve)| Series::new(label, Mark::Line, curve)).collect();
            let is_here =
                |curve: &&published::Curve| phases.contains(&curve.phase) && validation(curve.metric) == title;
            series.extend(published.iter().filter(is_here).map(|curve| {
                let label = format!("published {}", of(curve.phase));
                Series::new(label, Mark::Dashed, curve.points.iter().copied())
            }));
            let is_constant = |series: &Series| series.points.windows(2).all(|pair| pair[0].y == pair[1].y);
            if series.iter().all(|series| series.points.len() > 1 && is_constant(series)) {
                continue;
            }
            let rows = Rows::of_curves("epoch", &series);
            let label = if title == TOGETHER.0 { "metric".to_owned() } else { title.clone() };
            let (x, y) = (Axis::of("epoch of the phase"), Axis::of(label));
            let panel = Panel { title: String::new(), x, y, content: Content::Series(series) };
            figures.push(Figure::new(format!("{name}: {title}"), panel, rows)?);
        }
    }
    Ok(figures)
}

/// The title of a validation metric.
fn validation(metric: Metric) -> String {
    format!("validation {}", metric.title())
}

/// The name of a phase's curves.
fn of(phase: Phase) -> &'static str {
    phase.role().map_or(phase.name(), Role::name)
}

/// Title, label and curve of each quantity that the epochs of `phase` have.
fn of_phase(phase: Phase, history: &[EpochRecord]) -> Vec<(String, String, Curve)> {
    let mut curves: BTreeMap<(String, String), Curve> = BTreeMap::new();
    let name = of(phase);
    for record in at_kept_rate(history, phase) {
        let losses = record.losses.iter().map(|(loss, &value)| {
            let is_together = TOGETHER.1.contains(&loss.as_str());
            let title = if is_together { TOGETHER.0 } else { loss };
            let label = if is_together { loss } else { name };
            ((title.to_owned(), label.to_owned()), value)
        });
        let validation =
            record.validation.iter().map(|(&metric, &value)| ((validation(metric), name.to_owned()), value));
        for (key, value) in losses.chain(validation) {
            curves.entry(key).or_default().push((record.epoch as f64, value));
        }
    }
    curves.into_iter().map(|((title, label), curve)| (title, label, curve)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_of_a_quantity_has_a_point_for_each_epoch() {
        let epoch = |epoch, nll| EpochRecord::new(Phase::Actor, epoch, BTreeMap::from([("nll".to_owned(), nll)]));
        let curves = of_phase(Phase::Actor, &[epoch(1, 400.0), epoch(2, 350.0)]);
        let expected = ("nll".to_owned(), "actor".to_owned(), vec![(1.0, 400.0), (2.0, 350.0)]);
        assert_eq!(curves, [expected]);
    }
}
