//! Measures the time and memory of EASE on random users with 73 items each, as in ML-20M. Run it with `cargo run
//! --release -p ract-models --example ease_time -- [items] [users]`.

#![expect(clippy::print_stdout, reason = "a measurement shows what it found")]

use ract_data::Interactions;
use ract_models::baselines::Ease;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let items = arguments.next().transpose()?.unwrap_or(20_108);
    let users = arguments.next().transpose()?.unwrap_or(116_677);

    let rng = &mut SmallRng::seed_from_u64(1);
    let popular = |rng: &mut SmallRng| (rng.random::<f64>().powi(3) * items as f64) as u32;
    let rows = (0..users).map(|_| (0..73).map(|_| popular(rng)).collect::<Vec<_>>());
    let train = Interactions::from_rows(items, rows);

    let start = Instant::now();
    let ease = Ease::<f32>::fit(&train, 400.0, 0)?;
    let seconds = start.elapsed().as_secs_f64();

    let n = ease.kept().len() as f64;
    let (gigabytes, operations) = (4.0 * n.powi(2) / 1e9, n.powi(3) / 1e9);
    println!("{n} items: {gigabytes:.2} GB of weights, {seconds:.1} s, {:.0} GFLOP/s", operations / seconds);
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("peak memory {}", peak.unwrap_or("unknown"));
    }
    Ok(())
}
