//! Panels from columns that lie in one piece, where AVX-512 turns them: 16 columns of 16 numbers at a time, in registers.
#![expect(
    unsafe_code,
    reason = "the instructions are reached through intrinsics, whose vectors have no safe conversions"
)]

use crate::kernels::vectors::arch;
use pulp::Arch;
use std::arch::x86_64::{
    __m512, _mm512_castpd_ps, _mm512_castps_pd, _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_unpackhi_pd,
    _mm512_unpackhi_ps, _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};
use std::mem::transmute;

/// Rows and columns of what is turned: the lanes of a vector.
const SIDE: usize = 16;

/// Writes the columns as the rows of a panel. Says how many terms of each column are written: all but those beyond the last
/// 16, or none if the kernels use no vectors of 512 bits.
pub(super) fn turn<const W: usize>(columns: &[&[f32]; W], panel: &mut [f32]) -> usize {
    if !matches!(arch(), Arch::V4(_)) {
        return 0;
    }
    // Safety: pulp has asked whether the processor has AVX-512.
    unsafe { turn_all(columns, panel) }
}

#[target_feature(enable = "avx512f")]
fn turn_all<const W: usize>(columns: &[&[f32]; W], panel: &mut [f32]) -> usize {
    let (groups, rest) = columns.as_chunks::<SIDE>();
    let terms = columns.iter().map(|column| column.len() / SIDE * SIDE).min().unwrap_or(0);
    let panel = &mut panel.as_chunks_mut::<W>().0[..terms];
    for (group, columns) in groups.iter().enumerate() {
        turn_group(columns, panel, group * SIDE);
    }
    match rest.as_chunks::<12>() {
        ([columns], []) => turn_group(columns, panel, groups.len() * SIDE),
        _ if rest.is_empty() => {}
        _ => return 0,
    }
    terms
}

/// Up to 16 columns, which are written from there on.
#[target_feature(enable = "avx512f")]
fn turn_group<const N: usize, const W: usize>(columns: &[&[f32]; N], panel: &mut [[f32; W]], from: usize) {
    let columns = columns.map(|column| column.as_chunks::<SIDE>().0);
    for (k, rows) in panel.as_chunks_mut::<SIDE>().0.iter_mut().enumerate() {
        let mut block = [_mm512_setzero_ps(); SIDE];
        for (line, column) in block.iter_mut().zip(&columns) {
            *line = vector(column[k]);
        }
        for (row, turned) in rows.iter_mut().zip(turned(block)) {
            row[from..from + N].copy_from_slice(&numbers(turned)[..N]);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn vector(x: [f32; SIDE]) -> __m512 {
    // Safety: both are 64 bytes of any value.
    unsafe { transmute::<[f32; SIDE], __m512>(x) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn numbers(x: __m512) -> [f32; SIDE] {
    // Safety: both are 64 bytes of any value.
    unsafe { transmute::<__m512, [f32; SIDE]>(x) }
}

/// The rows as columns. (Loops, since closures would not be compiled into this function.)
#[inline]
#[target_feature(enable = "avx512f")]
fn turned(mut x: [__m512; SIDE]) -> [__m512; SIDE] {
    for i in (0..SIDE).step_by(2) {
        let (one, two) = (x[i], x[i + 1]);
        (x[i], x[i + 1]) = (_mm512_unpacklo_ps(one, two), _mm512_unpackhi_ps(one, two));
    }
    for i in (0..SIDE).step_by(4) {
        let [one, two, three, four] = [
            _mm512_castps_pd(x[i]),
            _mm512_castps_pd(x[i + 1]),
            _mm512_castps_pd(x[i + 2]),
            _mm512_castps_pd(x[i + 3]),
        ];
        x[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(one, three));
        x[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(one, three));
        x[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(two, four));
        x[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(two, four));
    }
    // Quarter q of number 4 g + c is now column 4 q + c of the rows from 4 g on.
    for c in 0..4 {
        let (even, odd) = halves(x[c], x[4 + c]);
        let (lower_even, lower_odd) = halves(x[8 + c], x[12 + c]);
        (x[c], x[8 + c]) = halves(even, lower_even);
        (x[4 + c], x[12 + c]) = halves(odd, lower_odd);
    }
    x
}

/// The even quarters of both, and the odd ones.
#[inline]
#[target_feature(enable = "avx512f")]
fn halves(one: __m512, two: __m512) -> (__m512, __m512) {
    const EVEN: i32 = 0b10_00_10_00;
    const ODD: i32 = 0b11_01_11_01;
    (_mm512_shuffle_f32x4::<EVEN>(one, two), _mm512_shuffle_f32x4::<ODD>(one, two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_turned_is_what_the_columns_hold() {
        let columns: Vec<Vec<f32>> = (0..32).map(|j| (0..50).map(|k| (100 * j + k) as f32).collect()).collect();
        assert_turned::<32>(&columns);
        assert_turned::<12>(&columns);
    }

    fn assert_turned<const W: usize>(columns: &[Vec<f32>]) {
        let columns: [&[f32]; W] = std::array::from_fn(|j| columns[j].as_slice());
        let mut panel = vec![f32::NAN; 50 * W];
        let terms = turn(&columns, &mut panel);
        assert_eq!(terms, if matches!(arch(), Arch::V4(_)) { 48 } else { 0 });
        for (k, row) in panel.chunks_exact(W).enumerate() {
            for (x, column) in row.iter().zip(columns) {
                assert!(if k < terms { *x == column[k] } else { x.is_nan() }, "term {k}: {x}");
            }
        }
    }
}
