//! The limits of the machine: the rate of multiplications in registers, the memory bandwidth, and the rate of a step's
//! matrix products in the library.

use crate::Result;
use pulp::{Arch, Simd, WithSimd};
use ract::report::speed::{Limits, Seconds};
use ract::training::workbench::Workload;
use ract_autodiff::{Mat, Param, Products, Tape, Var};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

/// The number of independent sums: enough to hide the latency of an addition.
const SUMS: usize = 12;
/// How often each measurement is repeated.
const TIMES: usize = 9;
/// How many numbers are streamed: 256 MiB, larger than any cache.
const STREAM: usize = 1 << 26;
/// How many numbers one task streams.
const CHUNK: usize = 1 << 18;

pub(crate) fn measure(workload: &Workload, by: Products) -> Result<Limits> {
    let threads = rayon::current_num_threads();
    Ok(Limits {
        fma_gflops: fma(threads),
        fma_gflops_1_thread: fma(1),
        read_gbs: read(),
        update_gbs: update(),
        bf16_gain: (by != Products::default()).then(|| by.gain()),
        gemm_gflops: products(workload, by)?,
    })
}

struct Fma {
    rounds: usize,
}

impl WithSimd for Fma {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (a, b) = (simd.splat_f32s(black_box(0.999)), simd.splat_f32s(black_box(0.001)));
        let mut sums = [simd.splat_f32s(1.0); SUMS];
        for _ in 0..self.rounds {
            for sum in &mut sums {
                *sum = simd.mul_add_f32s(*sum, a, b);
            }
        }
        sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum()
    }
}

/// Returns the number of f32 lanes of a vector.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

/// The best rate with the widest vectors, 10^9 operations per second.
fn fma(threads: usize) -> f64 {
    const ROUNDS: usize = 3_000_000;
    let arch = Arch::new();
    let operations = (threads * ROUNDS * SUMS * arch.dispatch(Lanes) * 2) as f64;
    let work = || {
        black_box(arch.dispatch(Fma { rounds: ROUNDS }));
    };
    let seconds = if threads == 1 { best(work) } else { best(|| drop(rayon::broadcast(|_| work()))) };
    operations / 1e9 / seconds
}

fn read() -> f64 {
    let numbers = vec![1.0_f32; STREAM];
    let run = || {
        black_box(numbers.par_chunks(CHUNK).map(sum_of).sum::<f32>());
    };
    size_of_val(&numbers[..]) as f64 / 1e9 / best(run)
}

fn sum_of(chunk: &[f32]) -> f32 {
    let mut sums = [0.0; 64];
    for part in chunk.chunks_exact(64) {
        sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
    }
    sums.iter().sum()
}

fn update() -> f64 {
    let mut numbers = vec![1.0_f32; STREAM];
    let bytes = 2 * size_of_val(&numbers[..]);
    bytes as f64
        / 1e9
        / best(|| numbers.par_chunks_mut(CHUNK).for_each(|chunk| chunk.iter_mut().for_each(|x| *x *= 0.999)))
}

/// The time of the fastest of several runs, in seconds.
fn best(mut run: impl FnMut()) -> f64 {
    let seconds = (0..TIMES).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

/// A matrix product of a step, computed as on the tape.
struct Product {
    name: &'static str,
    left: (usize, usize),
    right: (usize, usize),
    operations: usize,
    run: for<'t> fn(Var<'t, f32>, Var<'t, f32>) -> Var<'t, f32>,
}

/// The rates of a step's products: three with the item matrix, and one between small matrices.
fn products(workload: &Workload, by: Products) -> Result<BTreeMap<String, f64>> {
    let Workload { items, batch, hidden, latent, .. } = *workload;
    let large = 2 * batch * hidden * items;
    let products = [
        Product {
            name: "forward",
            left: (batch, hidden),
            right: (hidden, items),
            operations: large,
            run: |h, w| h.matmul(w),
        },
        Product {
            name: "weights_gradient",
            left: (batch, hidden),
            right: (batch, items),
            operations: large,
            run: |h, d_logits| h.t_matmul(d_logits),
        },
        Product {
            name: "hidden_gradient",
            left: (batch, items),
            right: (hidden, items),
            operations: large,
            run: |d_logits, w| d_logits.matmul_t(w),
        },
        Product {
            name: "small",
            left: (batch, hidden),
            right: (hidden, 2 * latent),
            operations: 4 * batch * hidden * latent,
            run: |h, w| h.matmul(w),
        },
    ];
    products.iter().map(|product| Ok((product.name.to_owned(), rate(product, by)?))).collect()
}

/// The median rate of a product, 10^9 operations per second.
fn rate(product: &Product, by: Products) -> Result<f64> {
    let operand = |name, shape| Param::new(name, Mat::from_shape_fn(shape, |(i, j)| ((i * 7 + j) % 13) as f32 - 6.0));
    let (left, right) = (operand("left", product.left), operand("right", product.right));
    let mut tape = Tape::new();
    tape.set_products(by);
    let mut seconds = Vec::new();
    for _ in 0..=TIMES {
        let (left, right) = (tape.param(&left), tape.param(&right));
        let start = Instant::now();
        black_box((product.run)(left, right).value()?);
        seconds.push(start.elapsed().as_secs_f64());
        tape.reset();
    }
    Ok(product.operations as f64 / 1e9 / Seconds::of(&seconds[1..]).median_s)
}
