//! The measurements, as a table and as JSON.

use crate::median::median;
use crate::peer::{Medians, Ratio};
use crate::roofline::Limits;
use comfy_table::{CellAlignment, Table, presets};
use ract::run::Provenance;
use ract::training::workbench::{Epoch, Workload};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The times of all steps in seconds, by part.
pub(crate) type Steps = BTreeMap<&'static str, Vec<f64>>;

pub(crate) struct Report {
    pub(crate) workload: Workload,
    pub(crate) steps: Steps,
    pub(crate) epoch: Option<Epoch>,
    pub(crate) limits: Option<Limits>,
    pub(crate) peers: Vec<Medians>,
    pub(crate) ratios: BTreeMap<&'static str, Ratio>,
    pub(crate) peak_memory_bytes: Option<u64>,
    pub(crate) provenance: Provenance,
}

impl Report {
    pub(crate) fn to_json(&self) -> Value {
        let steps = self.steps.iter().map(|(&part, seconds)| {
            let numbers = json!({ "median_s": median(seconds), "min_s": min(seconds), "max_s": max(seconds) });
            (part.to_owned(), numbers)
        });
        let mut all = json!({
            "workload": self.workload,
            "steps": steps.collect::<serde_json::Map<_, _>>(),
            "epoch": self.epoch,
            "peer": self.peers,
            "ratio": self.ratios,
            "peak_memory_bytes": self.peak_memory_bytes,
            "cpu": cpu(),
            "provenance": self.provenance,
        });
        if let (Value::Object(all), Ok(Value::Object(limits))) = (&mut all, serde_json::to_value(&self.limits)) {
            all.extend(limits);
        }
        all
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Workload { items, batch, per_user, hidden, latent, .. } = self.workload;
        let network = format!("{hidden}-{latent}-{hidden}");
        writeln!(f, "{items} items, {batch} users per step, {per_user} items per user, {network}; {}", cpu())?;
        writeln!(f, "{}\n", self.table())?;
        if let Some(Epoch { batches, evaluated, seconds }) = self.epoch {
            writeln!(
                f,
                "one epoch         {batches} steps of the actor and {evaluated} users evaluated: {seconds:.2} s"
            )?;
        }
        if let Some(limits) = &self.limits {
            write_limits(f, limits)?;
        }
        let peak =
            self.peak_memory_bytes.map_or_else(|| "unknown".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000));
        write!(f, "peak memory       {peak}, including the users and the products for the limits above")
    }
}

impl Report {
    fn table(&self) -> Table {
        let compared = !self.peers.is_empty();
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        let against = ["peer's median", "ratio: min", "median", "max"];
        table.set_header(["step", "min", "median", "max"].into_iter().chain(against.into_iter().filter(|_| compared)));
        for (&part, seconds) in &self.steps {
            let mut row = vec![part.to_owned()];
            row.extend([min(seconds), median(seconds), max(seconds)].map(milliseconds));
            if let Some(ratio) = self.ratios.get(part) {
                let peers: Vec<f64> = self.peers.iter().filter_map(|medians| medians.get(part).copied()).collect();
                row.push(milliseconds(median(&peers)));
                row.extend([ratio.min, ratio.median, ratio.max].map(|ratio| format!("{ratio:.2}")));
            }
            table.add_row(row);
        }
        table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
        table
    }

    /// The workload, the medians and the memory in one line.
    pub(crate) fn line(&self) -> String {
        let Workload { items, batch, per_user, hidden, .. } = self.workload;
        let steps = self.steps.iter().map(|(part, seconds)| format!("{part} {:>9}", milliseconds(median(seconds))));
        let steps: Vec<_> = steps.collect();
        let peak = self.peak_memory_bytes.unwrap_or_default() / 1_000_000;
        let size = format!("{items:6} items  {batch:5} users  {per_user:4} each  hidden {hidden:5}");
        format!("{size}  {}  {peak:5} MB", steps.join("  "))
    }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.1} ms", 1e3 * seconds)
}

fn write_limits(f: &mut fmt::Formatter<'_>, limits: &Limits) -> fmt::Result {
    let Limits { fma_gflops, fma_gflops_1_thread, read_gbs, update_gbs, gemm_gflops } = limits;
    writeln!(f, "FMA in registers  {fma_gflops:.0} GFLOP/s, on one thread {fma_gflops_1_thread:.0}")?;
    for (product, rate) in gemm_gflops {
        writeln!(f, "{product:16}  {rate:.0} GFLOP/s, {:.0} % of that", 100.0 * rate / fma_gflops)?;
    }
    writeln!(f, "memory            {read_gbs:.0} GB/s read, {update_gbs:.0} GB/s read and written")
}

fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or_else(|| "unknown CPU".to_owned(), |(_, model)| model.trim().to_owned());
    format!("{model}, {} threads", rayon::current_num_threads())
}

fn min(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn max(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
