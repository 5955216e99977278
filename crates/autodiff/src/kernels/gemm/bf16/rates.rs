//! Whether a unit is faster than products in `f32`. No flag of the processor says it: the instruction of AVX-512 BF16 does
//! twice as many products as those of `f32` on some processors, and half as many on others.

use super::{Bf16, Parts, Unit};
use crate::kernels::gemm::Start;
use crate::kernels::gemm::exact::Exact;
use crate::kernels::gemm::kernel::Kernel;
use crate::kernels::gemm::precision::Precision;
use crate::{Mat, Scalar};
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Rows, terms, and columns: both operands stay in a core's second cache, and tiles of all kinds are filled.
const SHAPE: (usize, usize, usize) = (48, 512, 96);
/// The best of so many times counts, because others use the machine.
const TIMES: usize = 50;

/// How many times faster than products in `f32` those of that unit are, which must be there. Each is measured once, in a
/// few milliseconds.
pub(crate) fn gain(unit: Unit, precision: Precision) -> f64 {
    static OF_UNITS: [OnceLock<f64>; Unit::ALL.len()] = [const { OnceLock::new() }; Unit::ALL.len()];
    let gain = OF_UNITS[unit as usize].get_or_init(|| {
        let exact = seconds(Exact).as_secs_f64();
        exact / seconds(Bf16 { unit, parts: Parts::One }).as_secs_f64()
    });
    match precision {
        Precision::F32 => 1.0,
        Precision::Bf16x3 => gain / 3.0,
        Precision::Bf16 => *gain,
    }
}

/// The shortest time of some products whose operands are packed already.
fn seconds<K: Kernel<f32>>(kernel: K) -> Duration {
    let (rows, depth, cols) = SHAPE;
    let numbers = |rows, cols| Mat::from_shape_fn((rows, cols), |(i, j)| f32::of(((i + 2 * j) % 7) as f64 - 3.0));
    let (a, b, mut c) = (numbers(rows, depth), numbers(depth, cols), Mat::zeros((rows, cols)));
    let mut left = vec![K::Packed::default(); kernel.packed_len(rows, depth, kernel.tile().0)];
    let mut right = vec![K::Packed::default(); kernel.packed_len(cols, depth, kernel.tile().1)];
    kernel.pack_left(a.view(), &mut left);
    kernel.pack_right(b.view(), &mut right);
    let times = (0..TIMES).map(|_| {
        let start = Instant::now();
        kernel.multiply(black_box(&left), black_box(&right), depth, Start::Zero, c.view_mut());
        start.elapsed()
    });
    times.min().unwrap_or_default()
}
