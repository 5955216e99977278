//! Progress on stderr: bars on a terminal, a plain line now and then elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use ract::Phase;
use ract::progress::Progress;
use ract::run_folder::EpochRecord;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Between two plain lines of a phase.
const PLAIN_EVERY: Duration = Duration::from_secs(30);

pub(crate) struct Terminal {
    bar: ProgressBar,
    is_terminal: bool,
    said: Instant,
    epochs: u64,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { bar: ProgressBar::hidden(), is_terminal, said: Instant::now(), epochs: 0 }
    }

    /// A line that stays.
    pub(crate) fn line(&self, text: &str) {
        if self.is_terminal {
            self.bar.suspend(|| say(text));
        } else {
            say(text);
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Terminal {
    fn phase(&mut self, phase: Phase, done: u64, epochs: u64, batches: usize) {
        self.clear();
        self.epochs = epochs;
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
        let losses = losses.map(|(name, value)| format!("{name} {value:.4}"));
        let validation = record.validation.iter().map(|(metric, value)| format!("validation {metric} {value:.4}"));
        let text = losses.chain(validation).collect::<Vec<_>>().join("  ");
        self.bar.set_message(text.clone());
        let due = self.said.elapsed() >= PLAIN_EVERY || record.epoch == self.epochs;
        if due && !self.is_terminal {
            self.said = Instant::now();
            say(&format!("{} {}/{}  {text}", record.phase, record.epoch, self.epochs));
        }
    }
}

/// Progress is for people: when nobody can read it, the work goes on all the same.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
