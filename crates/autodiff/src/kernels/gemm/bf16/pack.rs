//! Operands in bf16, in the order in which the units read them.

use super::Parts;
use super::block::{Block, SIDE, TERMS, blocks};
use crate::kernels::vectors::arch;
use ndarray::{ArrayView2, Axis};
use pulp::{Simd, WithSimd};

/// The upper half of a number's bits, rounded to the nearest, ties to even. What is not a number stays so.
#[inline(always)]
fn round(x: f32) -> u32 {
    const NAN: u32 = 0x7fc0_0000;
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7fff + ((bits >> 16) & 1)) & 0xffff_0000;
    if x.is_nan() { NAN } else { rounded }
}

/// What rounding leaves of a number.
#[inline(always)]
fn rest(x: f32) -> f32 {
    x - f32::from_bits(round(x))
}

/// Two numbers in bf16.
#[inline(always)]
fn pair(first: f32, second: f32) -> u32 {
    (round(first) >> 16) | round(second)
}

/// Packs the left operand, rows x depth.
pub(super) fn left(a: ArrayView2<'_, f32>, parts: Parts, packed: &mut [u32]) {
    arch().dispatch(Pack { x: a, side: Side::Left, parts, packed });
}

/// Packs the right operand, depth x columns.
pub(super) fn right(b: ArrayView2<'_, f32>, parts: Parts, packed: &mut [u32]) {
    arch().dispatch(Pack { x: b.reversed_axes(), side: Side::Right, parts, packed });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Packs `x`, lines x depth, where a line is a row of the left operand or a column of the right one.
struct Pack<'a> {
    x: ArrayView2<'a, f32>,
    side: Side,
    parts: Parts,
    packed: &'a mut [u32],
}

impl WithSimd for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        match (self.x.strides(), self.side) {
            ([_, 1], Side::Left) => self.by_lines(|block| block),
            ([_, 1], Side::Right) => self.by_lines(turned),
            ([1, _], Side::Right) => self.by_pairs(),
            (_, Side::Left) => self.by_blocks(turned),
            (_, Side::Right) => self.by_blocks(|block| block),
        }
    }
}

impl Pack<'_> {
    /// When terms that follow each other do so in memory: line by line.
    #[inline(always)]
    fn by_lines(self, order: impl Fn(Block) -> Block) {
        let (blocks, parts) = (blocks(self.x.ncols()), self.parts.count());
        let lines = self.x.axis_chunks_iter(Axis(0), SIDE).map(Some).chain(std::iter::repeat(None));
        for (panel, lines) in in_blocks_mut(self.packed).chunks_exact_mut(blocks * parts).zip(lines) {
            let Some(lines) = lines else {
                panel.fill(EMPTY);
                continue;
            };
            for (to, terms) in panel.chunks_exact_mut(parts).zip(lines.axis_chunks_iter(Axis(1), TERMS)) {
                pack_block(copied::<SIDE, TERMS>(terms), |x| order(pairs_in_lines(x)), to);
            }
        }
    }

    /// When lines that follow each other do so in memory: along all lines, pair by pair.
    #[inline(always)]
    fn by_pairs(self) {
        let (blocks, parts) = (blocks(self.x.ncols()), self.parts.count());
        let panels = in_blocks_mut(self.packed);
        let mut terms = self.x.columns().into_iter();
        for row in 0..blocks * SIDE {
            let [first, second] = [(); 2].map(|()| terms.next().and_then(|term| term.to_slice()).unwrap_or(&[]));
            for (number, panel) in panels.chunks_exact_mut(blocks * parts).enumerate() {
                let (first, second) = (sixteen(first, number * SIDE), sixteen(second, number * SIDE));
                let to = &mut panel[row / SIDE * parts..];
                to[0][row % SIDE] = std::array::from_fn(|line| pair(first[line], second[line]));
                if parts == 2 {
                    to[1][row % SIDE] = std::array::from_fn(|line| pair(rest(first[line]), rest(second[line])));
                }
            }
        }
    }

    /// In any other case: block by block.
    #[inline(always)]
    fn by_blocks(self, order: impl Fn(Block) -> Block) {
        let (blocks, parts) = (blocks(self.x.ncols()), self.parts.count());
        let panels = in_blocks_mut(self.packed);
        for (block, terms) in self.x.axis_chunks_iter(Axis(1), TERMS).enumerate() {
            let lines = terms.axis_chunks_iter(Axis(0), SIDE).map(Some).chain(std::iter::repeat(None));
            for (panel, lines) in panels.chunks_exact_mut(blocks * parts).zip(lines) {
                let to = &mut panel[block * parts..][..parts];
                match lines {
                    Some(lines) => {
                        pack_block(copied::<TERMS, SIDE>(lines.reversed_axes()), |x| order(pairs_of_lines(x)), to);
                    }
                    None => to.fill(EMPTY),
                }
            }
        }
    }
}

fn in_blocks_mut(packed: &mut [u32]) -> &mut [Block] {
    packed.as_chunks_mut().0.as_chunks_mut().0
}

/// Sixteen numbers from there on, filled up with zeros.
#[inline(always)]
fn sixteen(x: &[f32], from: usize) -> [f32; SIDE] {
    let x = x.get(from..).unwrap_or(&[]);
    match x.first_chunk() {
        Some(numbers) => *numbers,
        None => {
            let mut numbers = [0.0; SIDE];
            numbers[..x.len()].copy_from_slice(x);
            numbers
        }
    }
}

/// What fills up the last lines.
const EMPTY: Block = [[0; SIDE]; SIDE];

/// The numbers, in rows, filled up with zeros.
#[inline(always)]
fn copied<const ROWS: usize, const COLS: usize>(x: ArrayView2<'_, f32>) -> [[f32; COLS]; ROWS] {
    let mut copy = [[0.0; COLS]; ROWS];
    for (copy, row) in copy.iter_mut().zip(x.rows()) {
        match row.to_slice().and_then(|row| row.first_chunk()) {
            Some(row) => *copy = *row,
            None => copy.iter_mut().zip(row).for_each(|(copy, &x)| *copy = x),
        }
    }
    copy
}

/// Writes the block of the numbers, and after it that of what rounding left of them, if there is room for it.
#[inline(always)]
fn pack_block<const ROWS: usize, const COLS: usize>(
    mut source: [[f32; COLS]; ROWS],
    pairs: impl Fn(&[[f32; COLS]; ROWS]) -> Block,
    packed: &mut [Block],
) {
    for (part, packed) in packed.iter_mut().enumerate() {
        if part > 0 {
            source.as_flattened_mut().iter_mut().for_each(|x| *x = rest(*x));
        }
        *packed = pairs(&source);
    }
}

#[inline(always)]
fn turned(block: Block) -> Block {
    std::array::from_fn(|row| std::array::from_fn(|column| block[column][row]))
}

/// From lines of terms.
#[inline(always)]
fn pairs_in_lines(source: &[[f32; TERMS]; SIDE]) -> Block {
    std::array::from_fn(|line| std::array::from_fn(|p| pair(source[line][2 * p], source[line][2 * p + 1])))
}

/// From terms of lines: turned already.
#[inline(always)]
fn pairs_of_lines(source: &[[f32; SIDE]; TERMS]) -> Block {
    std::array::from_fn(|p| std::array::from_fn(|line| pair(source[2 * p][line], source[2 * p + 1][line])))
}
