//! The reference of the other units.

use super::block::{Block, Operands, SIDE};
use crate::kernels::gemm::Start;
use ndarray::{ArrayViewMut2, s};

/// `c = start + left right`, as AMX computes it (Intel, "Software Developer's Manual", TDPBF16PS): the sums of the first and
/// of the second numbers of a block's pairs are added to the result at the block's end. AMX takes tiny numbers
/// (below 1.2e-38) as zero; this does not.
pub(super) fn multiply(operands: Operands<'_>, start: Start<'_, f32>, c: &mut ArrayViewMut2<'_, f32>) {
    let (rows, cols) = c.dim();
    for (left, i) in operands.rows().zip((0..rows).step_by(SIDE)) {
        for (right, j) in operands.columns().zip((0..cols).step_by(SIDE)) {
            let (last_row, last_col) = (rows.min(i + SIDE), cols.min(j + SIDE));
            let mut c = c.slice_mut(s![i..last_row, j..last_col]);
            match start.columns(j, last_col) {
                Start::Zero => c.fill(0.0),
                Start::Result => {}
                Start::Row(start) => c.rows_mut().into_iter().for_each(|mut c| {
                    c.iter_mut().zip(start).for_each(|(c, &start)| *c = start);
                }),
            }
            for [row_block, column_block] in operands.factors() {
                let (rows, columns) = (&left[row_block], &right[column_block]);
                c.indexed_iter_mut().for_each(|((row, column), c)| *c += dot(&rows[row], columns, column));
            }
        }
    }
}

/// The product of a row and a column of pairs.
fn dot(row: &[u32; SIDE], columns: &Block, column: usize) -> f32 {
    let first = |pair: u32| f32::from_bits(pair << 16);
    let second = |pair: u32| f32::from_bits(pair & 0xffff_0000);
    let [mut firsts, mut seconds] = [0.0_f32; 2];
    for (&a, b) in row.iter().zip(columns) {
        firsts = first(a).mul_add(first(b[column]), firsts);
        seconds = second(a).mul_add(second(b[column]), seconds);
    }
    firsts + seconds
}
