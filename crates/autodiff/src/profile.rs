//! Where the time goes: seconds by op and pass.

use crate::{Scalar, Shape, Tape};
use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

/// Seconds by what was done, such as `affine 500 x 20108, forward`. Other parts, such as an optimiser's step, can be added.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::Tape;
///
/// let tape = Tape::<f64>::new();
/// tape.profile();
/// let x = tape.input(array![[1.0, 2.0]]);
/// x.tanh().sum().backward([x])?;
/// tape.timed("update", || ());
///
/// let profile = tape.take_profile();
/// println!("{profile}");
/// let parts: Vec<_> = profile.parts().map(|(part, _)| part).collect();
/// assert_eq!(parts[..3], ["sum 1 x 1, backward", "sum 1 x 1, forward", "tanh 1 x 2, backward"]);
/// assert_eq!(parts[3..], ["tanh 1 x 2, forward", "update"]);
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Profile {
    parts: BTreeMap<String, Spent>,
}

/// What a part took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// In all.
    pub time: Duration,
    /// How often it was done.
    pub calls: u64,
}

impl Profile {
    /// Adds one call of a part.
    pub fn add(&mut self, part: impl Into<String>, time: Duration) {
        let spent = self.parts.entry(part.into()).or_default();
        spent.time += time;
        spent.calls += 1;
    }

    /// All parts in the order of their names.
    pub fn parts(&self) -> impl Iterator<Item = (&str, Spent)> {
        self.parts.iter().map(|(part, &spent)| (part.as_str(), spent))
    }
}

/// A line for each part, the longest first: its share of the whole, milliseconds per call, calls.
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: Duration = self.parts.values().map(|spent| spent.time).sum();
        let mut parts: Vec<_> = self.parts().collect();
        parts.sort_by_key(|(_, spent)| std::cmp::Reverse(spent.time));
        let width = parts.iter().map(|(part, _)| part.chars().count()).max().unwrap_or(0).max(4);
        writeln!(f, "{:width$}  {:>6}  {:>9}  {:>8}", "part", "share", "ms/call", "calls")?;
        for (part, Spent { time, calls }) in parts {
            let share = 100.0 * time.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
            let each = 1e3 * time.as_secs_f64() / calls.max(1) as f64;
            writeln!(f, "{part:width$}  {share:>5.1}%  {each:>9.3}  {calls:>8}")?;
        }
        Ok(())
    }
}

impl<T: Scalar> Tape<T> {
    /// From now on the tape notes how long each op takes, until [`take_profile`](Tape::take_profile). A reset does not
    /// interrupt it.
    pub fn profile(&self) {
        *self.profile.borrow_mut() = Some(Profile::default());
    }

    /// Returns what was noted since [`profile`](Tape::profile), and stops noting. Empty if nothing was noted.
    pub fn take_profile(&self) -> Profile {
        self.profile.take().unwrap_or_default()
    }

    /// Calls `f`, and notes how long it took if the tape is profiling.
    pub fn timed<R>(&self, part: &str, f: impl FnOnce() -> R) -> R {
        let start = self.clock();
        let result = f();
        if let (Some(start), Some(profile)) = (start, &mut *self.profile.borrow_mut()) {
            profile.add(part, start.elapsed());
        }
        result
    }

    /// The time, if the tape is profiling.
    pub(crate) fn clock(&self) -> Option<Instant> {
        self.profile.borrow().is_some().then(Instant::now)
    }

    /// Notes what an op took since `start`.
    pub(crate) fn note(&self, op: &str, output: Shape, pass: &str, start: Option<Instant>) {
        if let (Some(start), Some(profile)) = (start, &mut *self.profile.borrow_mut()) {
            profile.add(format!("{op} {output}, {pass}"), start.elapsed());
        }
    }
}
