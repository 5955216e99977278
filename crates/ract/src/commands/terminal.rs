//! Progress on stderr: a bar on a terminal, otherwise a plain line from time to time.

use crate::commands::curve;
use crate::config::Phase;
use crate::run::EpochRecord;
use crate::training::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// The shortest time between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(30);

pub(crate) struct Terminal {
    bar: ProgressBar,
    is_terminal: bool,
    /// Whether every epoch is shown: as a curve on a terminal, otherwise as a line.
    follows: bool,
    said: Instant,
    epochs: u64,
    /// The total time of the epochs in seconds.
    seconds: f64,
    /// Epochs and their validation metric.
    curve: Vec<(f64, f64)>,
    /// A text about the best epoch of the phase and its validation metric.
    best: Option<String>,
    /// Whether the phase was begun by an earlier process, which may have had the best epoch.
    is_resumed: bool,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self {
            bar: ProgressBar::hidden(),
            is_terminal,
            follows: false,
            said: Instant::now(),
            epochs: 0,
            seconds: 0.0,
            curve: Vec::new(),
            best: None,
            is_resumed: false,
        }
    }

    /// A terminal that draws the validation curve of a phase as it grows. If it cannot draw, it prints one line per
    /// epoch.
    pub(crate) fn following() -> Self {
        Self { follows: true, ..Self::new() }
    }

    /// Prints a line that remains visible.
    pub(crate) fn line(&self, text: &str) {
        let text = super::visible(text);
        if self.is_terminal {
            self.bar.suspend(|| say(&text));
        } else {
            say(&text);
        }
    }

    /// Removes the progress bar.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Terminal {
    fn taken(&mut self, from: &Path) {
        self.line(&format!("actor: taken from {}", from.display()));
    }

    fn phase(&mut self, phase: Phase, done: u64, epochs: u64, batches: usize) {
        self.clear();
        (self.epochs, self.seconds, self.best, self.is_resumed) = (epochs, 0.0, None, done > 0);
        self.curve.clear();
        if done > 0 {
            self.line(&format!("{phase}: going on after epoch {done} of {epochs}"));
        }
        if self.is_terminal {
            let batches = batches as u64;
            let style = ProgressStyle::with_template("{prefix:>12} {bar:30} {percent:>3}%  {eta:>4} left  {msg}");
            self.bar = ProgressBar::new(epochs * batches).with_prefix(phase.name()).with_position(done * batches);
            self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.bar.reset_eta();
        }
    }

    fn batch(&mut self) {
        self.bar.inc(1);
    }

    fn epoch(&mut self, record: &EpochRecord) {
        let losses = record.losses.iter().filter(|(name, _)| *name != "beta");
        let losses = losses.map(|(name, value)| format!("{name} {value:.4}")).collect::<Vec<_>>().join("  ");
        let validation = record.validation.iter().map(|(metric, value)| format!("validation {metric} {value:.4}"));
        let validation = validation.collect::<Vec<_>>().join("  ");
        if record.best {
            // Lists of a log that are held out chose the epoch, if there is a log.
            let held_out = record.losses.iter().find(|(name, _)| name.starts_with("held_out"));
            let chosen_by = held_out.map_or_else(|| validation.clone(), |(name, value)| format!("{name} {value:.4}"));
            self.best = Some(format!("best epoch {}: {chosen_by}", record.epoch));
        }
        let text = format!("{losses}  {validation}");
        let (phase, epoch, epochs) = (record.phase, record.epoch, self.epochs);
        self.seconds += record.seconds;
        if self.follows {
            self.curve.extend(record.validation.values().next().map(|&value| (epoch as f64, value)));
        }
        let drawn = curve::draw(&self.curve, epochs);
        if epoch == epochs {
            if self.is_terminal && !drawn.is_empty() {
                self.line(&drawn);
            }
            let none = "no epoch was better than the actor that it started from".to_owned();
            let only_harmed = phase.starts_from().is_some() && phase.changes_actor() && !self.is_resumed;
            let outcome = self.best.take().unwrap_or(if only_harmed { none } else { text });
            self.line(&format!("{phase}: {epochs} epochs in {:.0} s; {}", self.seconds, outcome.trim_end()));
        } else if self.is_terminal {
            self.bar.set_message(if drawn.is_empty() { text } else { format!("{text}\n{drawn}") });
        } else if self.follows || self.said.elapsed() >= PLAIN_EVERY {
            self.said = Instant::now();
            say(&format!("{phase} {epoch}/{epochs}  {text}"));
        }
    }
}

/// Prints a line on stderr. If nobody can read it, that is not an error, and the work continues.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
