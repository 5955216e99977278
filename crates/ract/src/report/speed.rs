//! The speed of the training steps: what `make bench` measures, and what `experiments/speed` keeps.

use crate::paper::table;
use crate::run::{PartTime, Provenance};
use crate::tabular::{Cell, Column, Table, Tables};
use crate::training::workbench::{Epoch, Part, Workload};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The speed of the steps at one size, on one machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Speed {
    /// The size.
    pub workload: Workload,
    /// The times of the steps.
    pub steps: BTreeMap<Part, Seconds>,
    /// A full epoch of the actor; `None` if it was not timed.
    pub epoch: Option<Epoch>,
    /// The other program that ran in turn with this one, such as `tuned PyTorch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_name: Option<String>,
    /// The other program's median times in seconds, for each of its runs.
    pub peer: Vec<BTreeMap<Part, f64>>,
    /// The median times of each other program, when there were several: `peer` has the best of them, step by step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub peers: BTreeMap<String, Vec<BTreeMap<Part, f64>>>,
    /// Our time divided by the other program's time, over the pairs of runs.
    pub ratio: BTreeMap<Part, Ratio>,
    /// The largest resident set size of the process.
    pub peak_memory_bytes: Option<u64>,
    /// The processor and the number of threads.
    pub cpu: String,
    /// Which kernels ran, and how large products were computed; `None` in older files: AVX-512, in `f32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernels: Option<String>,
    /// What measured it.
    pub provenance: Provenance,
    /// The limits of the machine; `None` if they were not measured.
    #[serde(flatten)]
    pub limits: Option<Limits>,
    /// The time of each op; empty if it was not recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub profile: BTreeMap<Part, BTreeMap<String, PartTime>>,
}

/// The time of a step, in seconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Seconds {
    /// The shortest.
    pub min_s: f64,
    /// The median.
    pub median_s: f64,
    /// The longest.
    pub max_s: f64,
}

impl Seconds {
    /// Of several measurements; NaN of none.
    pub fn of(measured: &[f64]) -> Self {
        let [min_s, median_s, max_s] = spread(measured);
        Self { min_s, median_s, max_s }
    }
}

/// A ratio of times, over several pairs of runs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Ratio {
    /// The smallest.
    pub min: f64,
    /// The median.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

impl Ratio {
    /// Of several pairs; NaN of none.
    pub fn of(pairs: &[f64]) -> Self {
        let [min, median, max] = spread(pairs);
        Self { min, median, max }
    }
}

/// The limits of the machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Multiplications and additions in registers, 10^9 per second, all threads; the best of several runs.
    pub fma_gflops: f64,
    /// The same on one thread.
    pub fma_gflops_1_thread: f64,
    /// How many times faster than in `f32` products in the measured precision are, when their operands are packed and in
    /// cache; `None` for `f32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bf16_gain: Option<f64>,
    /// Memory bandwidth for reading, 10^9 bytes per second, all threads; the best of several runs.
    pub read_gbs: f64,
    /// Memory bandwidth for reading and writing, as Adam does: 10^9 bytes per second, all threads; the best of several
    /// runs.
    pub update_gbs: f64,
    /// The rates of a step's products, three large ones and a small one, 10^9 operations per second; medians.
    pub gemm_gflops: BTreeMap<String, f64>,
}

/// The smallest number, the median and the largest number; NaN of none.
fn spread(numbers: &[f64]) -> [f64; 3] {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    [at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1))]
}

impl Speed {
    /// Reads a file that `make bench` wrote.
    ///
    /// # Errors
    /// When the file cannot be read or has another form.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read(path).map_err(Error::file("read", path))?;
        serde_json::from_slice(&text).map_err(|error| Error::file("read", path)(error.into()))
    }

    /// A table of several sizes, a row each.
    pub fn by_size(speeds: &[Self]) -> Table {
        let parts = Part::ALL.map(Part::title);
        let mut table =
            Table::new(["items", "users", "each", "hidden"].into_iter().chain(parts).chain(["peak MB"])).right(0..);
        for speed in speeds {
            let Workload { items, batch, per_user, hidden, .. } = speed.workload;
            let mut row = vec![Cell::number(items), Cell::number(batch), Cell::number(per_user), Cell::number(hidden)];
            row.extend(Part::ALL.map(|part| speed.steps.get(&part).map_or_else(Cell::empty, |s| time(s.median_s))));
            row.push(Cell::of(
                megabytes(speed.peak_memory_bytes),
                speed.peak_memory_bytes.map(|bytes| bytes as f64 / 1e6),
            ));
            table.add_row(row);
        }
        table
    }

    fn table(&self) -> Table {
        let mut columns = ["step", "min", "median", "max"].map(Column::from).to_vec();
        if !self.peer.is_empty() {
            columns.push(self.peer_name.clone().unwrap_or_else(|| "the other program".to_owned()).into());
            columns.push("ratio: min".into());
            columns.extend(["median", "max"].map(|title| Column::keyed(title, format!("ratio: {title}"))));
        }
        let mut table = Table::new(columns).right(1..);
        for (part, seconds) in &self.steps {
            let mut row = vec![part.title().into()];
            row.extend([seconds.min_s, seconds.median_s, seconds.max_s].map(time));
            if let Some(ratio) = self.ratio.get(part) {
                let peer: Vec<f64> = self.peer.iter().filter_map(|medians| medians.get(part).copied()).collect();
                row.push(time(spread(&peer)[1]));
                row.extend([ratio.min, ratio.median, ratio.max].map(|ratio| Cell::of(format!("{ratio:.2}"), ratio)));
            }
            table.add_row(row);
        }
        table
    }
}

impl Tables for Speed {
    fn tables(&self) -> Vec<Table> {
        let profile = (!self.profile.is_empty()).then(|| table::profiles(&self.profile));
        std::iter::once(self.table()).chain(profile).collect()
    }
}

/// The size, a table of the times, and the limits of the machine, in Markdown.
impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Workload { items, batch, per_user, hidden, latent, .. } = self.workload;
        writeln!(
            f,
            "{items} items, {batch} users per step, {per_user} items per user, {hidden}-{latent}-{hidden}; {}",
            self.cpu
        )?;
        if let Some(kernels) = &self.kernels {
            writeln!(f, "{kernels}")?;
        }
        writeln!(f, "\n{}\n", self.table())?;
        if let Some(Epoch { batches, evaluated, seconds }) = self.epoch {
            writeln!(f, "- one epoch: {batches} steps of the actor and {evaluated} users evaluated, {seconds:.2} s")?;
        }
        if let Some(Limits { fma_gflops, fma_gflops_1_thread, bf16_gain, read_gbs, update_gbs, gemm_gflops }) =
            &self.limits
        {
            writeln!(f, "- FMA in registers: {fma_gflops:.0} GFLOP/s, on one thread {fma_gflops_1_thread:.0}")?;
            if let Some(gain) = bf16_gain {
                writeln!(f, "- products of operands in cache: {gain:.2} times as many as in f32")?;
            }
            for (product, rate) in gemm_gflops {
                writeln!(f, "- {product}: {rate:.0} GFLOP/s, {:.0} % of that", 100.0 * rate / fma_gflops)?;
            }
            writeln!(f, "- memory: {read_gbs:.0} GB/s read, {update_gbs:.0} GB/s read and written")?;
        }
        for (name, runs) in &self.peers {
            let of = |part: &Part| {
                let times: Vec<f64> = runs.iter().filter_map(|medians| medians.get(part).copied()).collect();
                format!("{} {}", part.title(), ms(spread(&times)[1]))
            };
            let times: Vec<_> = self.steps.keys().map(of).collect();
            writeln!(f, "- {name}: {}", times.join(", "))?;
        }
        write!(f, "- peak memory: {} MB, with the users of the benchmark", megabytes(self.peak_memory_bytes))?;
        if !self.profile.is_empty() {
            write!(f, "\n\n{}", table::profiles(&self.profile))?;
        }
        Ok(())
    }
}

/// In JSON, seconds.
fn time(seconds: f64) -> Cell {
    Cell::of(ms(seconds), seconds)
}

fn ms(seconds: f64) -> String {
    format!("{:.1} ms", 1e3 * seconds)
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "unknown".to_owned(), |bytes| (bytes / 1_000_000).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speed() -> Speed {
        Speed {
            workload: Workload::default(),
            steps: BTreeMap::from([(Part::Actor, Seconds::of(&[0.3, 0.1, 0.2]))]),
            epoch: None,
            peer_name: Some("tuned PyTorch".to_owned()),
            peer: vec![BTreeMap::from([(Part::Actor, 0.4)])],
            peers: BTreeMap::new(),
            kernels: Some("kernels: AVX2; products in f32".to_owned()),
            ratio: BTreeMap::from([(Part::Actor, Ratio::of(&[0.5]))]),
            peak_memory_bytes: Some(5_000_000),
            cpu: "a CPU, 2 threads".to_owned(),
            provenance: Provenance::here(),
            limits: None,
            profile: BTreeMap::new(),
        }
    }

    #[test]
    fn what_was_written_is_read_and_printed_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), serde_json::to_vec(&speed()).unwrap()).unwrap();
        let read = Speed::read(file.path()).unwrap();
        assert_eq!(read.to_string(), speed().to_string());
        let row = read.to_string().lines().find(|line| line.starts_with("| actor")).unwrap().to_owned();
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        assert_eq!(cells[1..9], ["actor", "100.0 ms", "200.0 ms", "300.0 ms", "400.0 ms", "0.50", "0.50", "0.50"]);
    }

    #[test]
    fn several_sizes_are_a_row_each() {
        let table = Speed::by_size(&[speed(), speed()]).to_string();
        assert_eq!(table.lines().filter(|line| line.contains("20108")).count(), 2);
    }
}
