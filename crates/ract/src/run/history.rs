//! What a run records while it trains: `history.jsonl` and `profile.json`.

use crate::config::Phase;
use crate::metrics::Metric;
use ract_autodiff::{Profile, Spent};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One epoch in `history.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The phase.
    pub phase: Phase,
    /// The number of the epoch in its phase, counted from 1.
    pub epoch: u64,
    /// The mean of each loss over the epoch's batches, by name.
    pub losses: BTreeMap<String, f64>,
    /// The mean of each metric over the validation users.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub validation: BTreeMap<Metric, f64>,
    /// The actor's step size, if the phase tries several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
    /// Whether it is the best epoch of its phase so far.
    #[serde(default)]
    pub best: bool,
    /// Time of training and validation, in seconds.
    pub seconds: f64,
}

/// The names in `losses` of what held-out lists of a log say of the epoch, and of the start of its phase.
pub(crate) const HELD_OUT: [&str; 2] = ["held_out_outcome", "held_out_outcome_of_start"];

impl EpochRecord {
    /// The value that chose the epoch, and that of the start of its phase if it is known here: by a log of outcomes if there is one,
    /// otherwise by the metric `select`.
    pub(crate) fn chosen_by(&self, select: Metric) -> (Option<f64>, Option<f64>) {
        let [outcome, of_start] = HELD_OUT.map(|name| self.losses.get(name).copied());
        (outcome.or_else(|| self.validation.get(&select).copied()), of_start)
    }

    pub(crate) fn new(phase: Phase, epoch: u64, losses: BTreeMap<String, f64>) -> Self {
        Self { phase, epoch, losses, validation: BTreeMap::new(), learning_rate: None, best: false, seconds: 0.0 }
    }
}

/// The epochs of a phase at the step size that it kept, which is the step size of its last best epoch. If no epoch was
/// better than the start, it is the first step size. The epochs are counted from 1 again.
pub(crate) fn at_kept_rate(history: &[EpochRecord], phase: Phase) -> Vec<EpochRecord> {
    let of_phase = || history.iter().filter(|record| record.phase == phase);
    let kept = of_phase().rfind(|record| record.best).or_else(|| of_phase().next());
    let kept = kept.and_then(|record| record.learning_rate);
    let mut records: Vec<_> = of_phase().filter(|record| record.learning_rate == kept).cloned().collect();
    records.iter_mut().zip(1..).for_each(|(record, epoch)| record.epoch = epoch);
    records
}

/// The time of each phase, by part. A part is an op with the shape of its output and its pass, or work that is not an
/// op.
pub type Profiles = BTreeMap<Phase, BTreeMap<String, PartTime>>;

/// The time of one part of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartTime {
    /// The share of the phase's total measured time.
    pub share: f64,
    /// The total time, in seconds.
    pub seconds: f64,
    /// The number of calls.
    pub calls: u64,
}

impl PartTime {
    /// The parts of a profile, by name.
    pub fn of(profile: &Profile) -> BTreeMap<String, Self> {
        let total: f64 = profile.parts().map(|(_, spent)| spent.time.as_secs_f64()).sum();
        let parts = profile.parts().map(|(part, Spent { time, calls })| {
            let seconds = time.as_secs_f64();
            (part.to_owned(), Self { share: seconds / total.max(f64::MIN_POSITIVE), seconds, calls })
        });
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_epochs_of_the_kept_step_size_are_shown_and_they_are_counted_from_1() {
        let control = "control".parse().unwrap();
        let record = |epoch, rate, value, best| {
            let mut record = EpochRecord::new(control, epoch, BTreeMap::new());
            record.learning_rate = Some(rate);
            record.validation.insert(Metric::ndcg(100), value);
            record.best = best;
            record
        };
        let history = [
            record(1, 1e-5, 0.1, true),
            record(2, 1e-5, 0.2, true),
            record(3, 5e-5, 0.3, true),
            record(4, 5e-5, 0.1, false),
        ];
        let best = at_kept_rate(&history, control);
        assert_eq!(best.iter().map(|record| record.epoch).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(best[0].validation[&Metric::ndcg(100)], 0.3);
    }
}
